"""Many who ask alike are answered by one statement, and nobody can tell."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import pytest

from chassis.database import Connection, Database
from gateway import merging
from gateway.merging import Merger
from gateway.mutations import MutationType
from gateway.planner import CONNECTION_SETTINGS, Plan, Planner, Viewer, global_id, run_shared
from gateway.planner.cost import MOST_ROWS
from gateway.schema import build_schema
from support.databases import ServiceDatabase
from support.reading.office import Office
from support.reading.store import fill
from support.waiting import eventually

PERSON = "query ($id: ID!) { viewer { id } node(id: $id) { ... on Person { fullName email } } }"
HEAVY = "{ people(first: 100) { edges { node { reports(first: 55) { edges { node { id } } } } } } }"

Request = tuple[Plan, Viewer]
Shared = Callable[[Connection, Sequence[Request]], Awaitable[list[bytes]]]


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(build_schema(MutationType))


@pytest.fixture(scope="module")
async def offices(read_model: ServiceDatabase) -> tuple[Office, Office]:
    made = Office(), Office()
    await fill(read_model.pipe, [row for office in made for row in office.rows])
    return made


@pytest.fixture
async def pool(read_model: ServiceDatabase) -> AsyncGenerator[Database]:
    opened = Database.open(
        read_model.app, name="merging", size=2, reset=False, **CONNECTION_SETTINGS
    )
    async with opened as pool:
        yield pool


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many queries each shared statement answered."""
    sizes: list[int] = []

    async def counted(connection: Connection, requests: Sequence[Request]) -> list[bytes]:
        sizes.append(len(requests))
        return await run_shared(connection, requests)

    monkeypatch.setattr(merging, "run_shared", counted)
    return sizes


def instead(monkeypatch: pytest.MonkeyPatch, run: Shared) -> None:
    monkeypatch.setattr(merging, "run_shared", run)


def requests_of(planner: Planner, office: Office, times: int = 1) -> list[Request]:
    """Everybody asks for everybody."""
    people = [office.ana, office.ben, office.gus, office.eve, office.cleo, office.fay, office.dan]
    roles = {office.dan.id: ("administrator",)}
    return [
        (
            planner.plan(PERSON, None, {"id": global_id("Person", shown.id)}),
            office.viewer(person, *roles.get(person.id, ())),
        )
        for shown in people
        for person in people
    ] * times


async def alone(pool: Database, requests: Sequence[Request]) -> list[bytes]:
    async with pool.connection() as connection:
        return [await plan.run(connection, viewer) for plan, viewer in requests]


async def at_once(merger: Merger, requests: Sequence[Request]) -> list[bytes]:
    return await asyncio.gather(*(merger.run(plan, viewer) for plan, viewer in requests))


async def sleeping(read_model: ServiceDatabase) -> int:
    superuser = await asyncpg.connect(read_model.superuser)
    try:
        text = "select count(*) from pg_stat_activity where query like 'select pg_sleep%'"
        found: int = await superuser.fetchval(f"{text} and state = 'active'")
        return found
    finally:
        await superuser.close()


async def test_each_is_answered_as_if_alone(
    pool: Database, planner: Planner, offices: tuple[Office, Office], shared: list[int]
) -> None:
    requests = [*requests_of(planner, offices[0]), *requests_of(planner, offices[1])]
    expected = await alone(pool, requests)

    assert await at_once(Merger(pool), requests) == expected
    assert len(set(expected)) > 30
    assert sum(shared) > 60
    assert max(shared) <= merging.MOST


async def test_nobody_waits_for_company(
    pool: Database, planner: Planner, offices: tuple[Office, Office], shared: list[int]
) -> None:
    merger = Merger(pool)
    for request in requests_of(planner, offices[0])[:5]:
        await at_once(merger, [request] * merging.ABREAST)
    assert shared == []


async def test_a_mixed_crowd_is_told_apart(
    pool: Database, planner: Planner, offices: tuple[Office, Office], shared: list[int]
) -> None:
    """By tenant, and by all that makes another statement."""
    texts = ["{ viewer { id } }", "{ viewer { fullName } }", "{ organisation { name } }"]
    requests = [
        (planner.plan(text), office.viewer(person))
        for text in texts
        for office in offices
        for person in [office.ana, office.ben, office.cleo] * 4
    ]
    expected = await alone(pool, requests)

    assert await at_once(Merger(pool), requests) == expected
    assert shared == [10] * 6


async def test_a_shared_statement_that_fails_spoils_nothing(
    pool: Database,
    planner: Planner,
    offices: tuple[Office, Office],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(connection: Connection, _: Sequence[Request]) -> list[bytes]:
        await connection.execute("select 1 / 0")
        return []

    instead(monkeypatch, fail)
    requests = requests_of(planner, offices[0])
    assert await at_once(Merger(pool), requests) == await alone(pool, requests)


async def test_a_mistake_of_ours_leaves_nobody_waiting(
    pool: Database,
    planner: Planner,
    offices: tuple[Office, Office],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def none(*_: Any) -> list[bytes]:
        raise asyncpg.InternalClientError

    instead(monkeypatch, none)
    requests = requests_of(planner, offices[0])
    assert await at_once(Merger(pool), requests) == await alone(pool, requests)


async def test_one_that_takes_too_long_is_given_up(
    pool: Database,
    planner: Planner,
    offices: tuple[Office, Office],
    read_model: ServiceDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def sleep(connection: Connection, _: Sequence[Request]) -> list[bytes]:
        await connection.execute("select pg_sleep(60)")
        return []

    instead(monkeypatch, sleep)
    monkeypatch.setattr(merging, "PATIENCE", 0.1)
    requests = requests_of(planner, offices[0])
    assert await at_once(Merger(pool), requests) == await alone(pool, requests)
    assert await sleeping(read_model) == 0


async def test_a_statement_ends_when_all_have_left_and_not_before(
    pool: Database,
    planner: Planner,
    offices: tuple[Office, Office],
    read_model: ServiceDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def sleep(connection: Connection, _: Sequence[Request]) -> list[bytes]:
        await connection.execute("select pg_sleep(60)")
        return []

    instead(monkeypatch, sleep)
    merger = Merger(pool)
    requests = requests_of(planner, offices[0])[:10]
    tasks = [asyncio.create_task(merger.run(*request)) for request in requests]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    async def one_sleeps() -> bool:
        return await sleeping(read_model) == 1

    await eventually(one_sleeps)
    *most, last = [task for task in tasks if not task.done()]
    for task in most:
        task.cancel()
    await asyncio.gather(*most, return_exceptions=True)
    assert await one_sleeps()

    last.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    async def none_sleeps() -> bool:
        return await sleeping(read_model) == 0

    await eventually(none_sleeps)
    assert await at_once(merger, requests[:1]) == await alone(pool, requests[:1])


async def test_those_who_left_before_it_began_are_not_asked_for(
    pool: Database, planner: Planner, offices: tuple[Office, Office], shared: list[int]
) -> None:
    merger = Merger(pool)
    requests = requests_of(planner, offices[0])[:20]
    tasks = [asyncio.create_task(merger.run(*request)) for request in requests]
    await asyncio.sleep(0)  # all have come
    for task in tasks[5:]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers[:5] == await alone(pool, requests[:5])
    assert {type(answer) for answer in answers[5:]} == {asyncio.CancelledError}
    assert shared == [3]


async def test_a_rare_query_is_not_kept_waiting_by_a_common_one(
    pool: Database, planner: Planner, offices: tuple[Office, Office]
) -> None:
    merger = Merger(pool)
    answered: list[str] = []

    async def ask(name: str, request: Request) -> None:
        await merger.run(*request)
        answered.append(name)

    common = requests_of(planner, offices[0], times=4)
    rare = planner.plan("{ organisation { id } }"), offices[0].viewer(offices[0].ana)
    await asyncio.gather(*(ask("common", each) for each in common), ask("rare", rare))
    assert answered.index("rare") < 10


async def test_together_they_come_to_no_more_rows_than_one_may(
    pool: Database, planner: Planner, offices: tuple[Office, Office], shared: list[int]
) -> None:
    plan = planner.plan(HEAVY)
    assert plan.rows > MOST_ROWS / 2
    await at_once(Merger(pool), [(plan, offices[0].viewer(offices[0].ana))] * 8)
    assert shared == []


async def test_what_takes_long_is_not_shared(
    pool: Database,
    planner: Planner,
    offices: tuple[Office, Office],
    shared: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    merger = Merger(pool)
    requests = requests_of(planner, offices[0])
    await at_once(merger, requests[:1])  # from which the pace is known
    monkeypatch.setattr(merging, "LONGEST", 0.0)
    await at_once(merger, requests)
    assert shared == []


async def test_without_a_connection_all_learn_so(
    pool: Database,
    planner: Planner,
    offices: tuple[Office, Office],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.database.ACQUIRE_TIMEOUT", 0.2)
    merger = Merger(pool)
    async with pool.connection(), pool.connection():
        tasks = [
            asyncio.create_task(merger.run(*each)) for each in requests_of(planner, offices[0])
        ]
        done, _ = await asyncio.wait(tasks, timeout=5)
    assert {type(task.exception()) for task in done} == {TimeoutError}
    assert len(done) == len(tasks)
