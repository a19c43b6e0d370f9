"""The planner answers as plain execution does, to the byte; and refuses what that refuses."""

import asyncio
from collections.abc import Generator, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from graphql import GraphQLError, parse, validate
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st

from contracts.profiles import Person
from gateway.planner import Planner, RequestError, Viewer, run_shared
from support.databases import ServiceDatabase
from support.reading.network import random_network
from support.reading.operations import Operation, operations, varied
from support.reading.plain import SCHEMA, answer, executed
from support.reading.store import fill, reader

HERE = UUID("0193b6f0-0000-7000-8000-000000000001")
ELSEWHERE = UUID("0193b6f0-0000-7000-8000-000000000002")
NOW = datetime.fromisoformat("2026-03-01T09:30:00+00:00")

Request = tuple[dict[str, Any], Viewer]

THOROUGH = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,  # not every fault is one that can be told before it runs
    ],
)


@pytest.fixture(scope="module")
async def rows(read_model: ServiceDatabase) -> list[Any]:
    """All there is in two organisations, which the read model then has."""
    states = [*random_network(1, HERE), *random_network(2, ELSEWHERE)]
    await fill(read_model.pipe, states)
    return states


class Reader:
    """A loop and a connection of a test's own: hypothesis is not asynchronous."""

    def __init__(self, runner: asyncio.Runner, connection: asyncpg.Connection) -> None:
        self._runner = runner
        self._connection = connection

    def read(
        self, planner: Planner, text: str, requests: list[Request]
    ) -> tuple[datetime, list[bytes], bytes]:
        """The moment, what one statement answers to all requests, and another to the first."""
        return self._runner.run(self._read(planner, text, requests))

    async def _read(
        self, planner: Planner, text: str, requests: list[Request]
    ) -> tuple[datetime, list[bytes], bytes]:
        plans = [(planner.plan(text, None, each), viewer) for each, viewer in requests]
        assert len({plan.statement for plan, _ in plans}) == 1
        (first, viewer), *_ = plans
        async with self._connection.transaction():  # in which now() stands still
            now = await self._connection.fetchval("select now()")
            assert isinstance(now, datetime)
            alone = await first.run(self._connection, viewer)
            shared = [alone]
            if first.statement.sql is not None:
                shared = await run_shared(self._connection, plans)
        return now, shared, alone


@pytest.fixture
def connected(read_model: ServiceDatabase) -> Generator[Reader]:
    with asyncio.Runner() as runner:
        opening = reader(read_model.app)
        yield Reader(runner, runner.run(opening.__aenter__()))
        runner.run(opening.__aexit__(None, None, None))


def viewers(rows: list[Any], organisation_id: UUID) -> st.SearchStrategy[Viewer]:
    people = [row.id for row in rows if isinstance(row, Person)]
    return st.builds(
        lambda person_id, known, roles: Viewer(
            organisation_id, person_id if known else None, frozenset(roles)
        ),
        st.sampled_from(people),  # whoever has a token of the one may be of the other
        st.sampled_from([True] * 9 + [False]),
        st.sampled_from([(), (), ("administrator",)]),
    )


@st.composite
def requests(draw: st.DrawFn, operation: Operation, rows: list[Any]) -> list[Request]:
    """Requests that may share a statement: of one tenant, alike in what shapes it."""
    who = viewers(rows, draw(st.sampled_from([HERE, HERE, ELSEWHERE])))
    others = draw(st.integers(0, 3))
    return [
        (operation.variables, draw(who)),
        *((draw(varied(operation, rows)), draw(who)) for _ in range(others)),
    ]


def same_as_plain(planner: Planner, connected: Reader, rows: list[Any]) -> Any:
    @given(operations(SCHEMA, rows), st.data())
    def test(operation: Operation, data: st.DataObject) -> None:
        assume(not validate(SCHEMA, parse(operation.text)))
        asked = data.draw(requests(operation, rows))
        now, shared, alone = connected.read(planner, operation.text, asked)
        plain = [
            answer(rows, viewer, now, operation.text, variables) for variables, viewer in asked
        ]
        assert alone == plain[0]
        if len(shared) > 1:
            assert shared == plain

    return test


def test_random_operations(planner: Planner, connected: Reader, rows: list[Any]) -> None:
    THOROUGH(same_as_plain(planner, connected, rows))()


@pytest.mark.long
@pytest.mark.parametrize("number", range(10))
async def test_many_more_over_other_data(
    planner: Planner, read_model: ServiceDatabase, number: int
) -> None:
    organisations = [HERE, ELSEWHERE]
    states = [
        state
        for organisation_id in organisations
        for state in random_network(100 + number, organisation_id, people=5 + 3 * number)
    ]
    superuser = await asyncpg.connect(read_model.superuser)
    for table in await superuser.fetch("select tablename from pg_tables where schemaname = 'read'"):
        await superuser.execute(f"truncate read.{table['tablename']}")
    await superuser.close()
    await fill(read_model.pipe, states)

    def run() -> None:
        with asyncio.Runner() as runner:
            opening = reader(read_model.app)
            connected = Reader(runner, runner.run(opening.__aenter__()))
            test = seed(number)(same_as_plain(planner, connected, states))
            settings(THOROUGH, max_examples=500, derandomize=False, database=None)(test)()
            runner.run(opening.__aexit__(None, None, None))

    await asyncio.to_thread(run)


def refusal(planner: Planner, operation: Operation) -> RequestError | None:
    try:
        planner.plan(operation.text, None, operation.variables)
    except RequestError as error:
        return error
    return None


def places(errors: Iterable[GraphQLError]) -> list[Any]:
    return [(error.message, error.locations) for error in errors]


def test_what_is_wrong_is_refused(planner: Planner, connected: Reader, rows: list[Any]) -> None:
    """Whatever plain execution refuses is refused before it runs, with the same code.

    Beyond that, what it never comes to is refused as well, and text that no database holds.
    """

    @settings(THOROUGH, max_examples=100)
    @given(operations(SCHEMA, rows, faults=15), viewers(rows, HERE))
    def test(operation: Operation, viewer: Viewer) -> None:
        assume(operation.faults and not validate(SCHEMA, parse(operation.text)))
        plain = executed(rows, viewer, NOW, operation.text, operation.variables)
        told = plain.errors or []
        refused = refusal(planner, operation)
        if refused is None:
            assert not told
            asked = [(operation.variables, viewer)]
            now, _, alone = connected.read(planner, operation.text, asked)
            assert alone == answer(rows, viewer, now, operation.text, operation.variables)
            return
        assert refused.code in operation.faults
        if refused.code == "BAD_TEXT":
            return
        codes = {(each.extensions or {}).get("code", "BAD_USER_INPUT") for each in told}
        assert codes <= operation.faults
        if told and all(each.message.startswith("Variable ") for each in told):
            assert places(refused.errors) == places(told)

    test()
