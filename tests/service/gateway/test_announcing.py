"""The projector says what changed, to whom it concerns, in the transaction that changed it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from chassis.database import Database
from chassis.events import Event, read_event
from chassis.ids import new_id
from contracts import sessions
from contracts.catalogue import TOPICS, topics_heard_by
from contracts.sessions import Session, SessionChange
from gateway import announcing
from gateway.announcing import CHANGED, CONCERNED, Change
from gateway.projection import TABLES, Projection, columns_of
from support.databases import ServiceDatabase
from support.harness import erased, happened

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PROJECTION = Projection(TOPICS[sessions.SESSION])


class Heard:
    """What is said on the channel; `all` is up to now, by organisation."""

    def __init__(self, connection: asyncpg.Connection, pipe: Database) -> None:
        self._connection = connection
        self._pipe = pipe
        self._changes: list[Change] = []
        self._end = asyncio.Event()

    async def listen(self) -> None:
        await self._connection.add_listener(CHANGED, self._hear)

    def _hear(self, _connection: object, _pid: int, _channel: str, message: object) -> None:
        assert len(str(message).encode()) < 8000
        change = announcing.read(str(message))
        if change is None:
            self._end.set()
        else:
            self._changes.append(change)

    async def all(self) -> dict[str, set[str]]:
        self._end.clear()
        async with self._pipe.connection() as connection:
            await connection.execute("select pg_notify($1, '')", CHANGED)
        async with asyncio.timeout(30):
            await self._end.wait()
        told: dict[str, set[str]] = defaultdict(set)
        for change in self._changes:
            assert change.table == "sessions"
            told[change.organisation] |= set(change.ids)
        self._changes.clear()
        return told


@pytest.fixture
async def heard(read_model: ServiceDatabase, pipe: Database) -> AsyncGenerator[Heard]:
    connection = await asyncpg.connect(read_model.app)
    heard = Heard(connection, pipe)
    await heard.listen()
    yield heard
    await connection.close()


def session(organisation_id: UUID) -> Session:
    return Session(
        id=new_id(),
        organisation_id=organisation_id,
        pairing_id=new_id(),
        mentor_id=new_id(),
        mentee_id=new_id(),
        topic="Goals",
        starts_at=NOW,
        ends_at=NOW,
        booked_by=new_id(),
        uid="1",
    )


def concerned(state: Session) -> set[str]:
    return {str(id_) for id_ in (state.id, state.pairing_id, state.mentor_id, state.mentee_id)}


def scheduled(state: Session) -> Event[Session]:
    return read_event(happened(SessionChange.SCHEDULED, state), PROJECTION.decode)


async def project(pipe: Database, *events: Event[Session]) -> None:
    async with pipe.transaction() as connection:
        await PROJECTION.apply(connection, events)


async def test_a_batch_says_all_that_it_wrote(heard: Heard, pipe: Database) -> None:
    first, second = new_id(), new_id()
    states = [session(organisation) for organisation in 250 * [first, second]]
    await project(pipe, *map(scheduled, states))

    assert await heard.all() == {
        str(organisation): {
            id_
            for each in states
            if each.organisation_id == organisation
            for id_ in concerned(each)
        }
        for organisation in (first, second)
    }


async def test_only_news_is_said(heard: Heard, pipe: Database) -> None:
    known, new = session(new_id()), session(new_id())
    await project(pipe, scheduled(known))
    await heard.all()

    await project(pipe, scheduled(known), scheduled(new))

    assert await heard.all() == {str(new.organisation_id): concerned(new)}


async def test_what_goes_is_said_once(heard: Heard, pipe: Database) -> None:
    state = session(new_id())
    await project(pipe, scheduled(state))
    await heard.all()
    tombstone = read_event(
        erased(sessions.SESSION, state.id, state.organisation_id, 2), PROJECTION.decode
    )

    await project(pipe, tombstone)
    assert await heard.all() == {str(state.organisation_id): concerned(state)}
    await project(pipe, tombstone)
    assert await heard.all() == {}


async def test_a_rebuild_says_nothing_of_what_it_writes(heard: Heard, pipe: Database) -> None:
    silent = Projection(TOPICS[sessions.SESSION], announces=False)
    async with pipe.transaction() as connection:
        await silent.apply(connection, [scheduled(session(new_id()))])

    assert await heard.all() == {}


def test_what_is_concerned_is_in_the_rows() -> None:
    columns = {TABLES[topic.name]: columns_of(topic) for topic in topics_heard_by("gateway")}
    for table, named in CONCERNED.items():
        assert set(named) <= set(columns[table])
