"""A position is moved by one at a time, and whoever waited learns where the other left it."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import TopicPartition

from chassis.database import Database
from chassis.positions import OutOfStep, Positions
from chassis.topic_ids import LogId
from support.ledger import Ledger, superuser
from support.waiting import eventually

TOPIC = "a.topic"


@pytest.fixture
async def watching(ledger: Ledger) -> AsyncGenerator[asyncpg.Connection]:
    watching = await superuser(ledger.dsn)
    yield watching
    await watching.execute("delete from cairn.positions where topic = $1", TOPIC)
    await watching.close()


async def begun(pipe: Database, *partitions: int) -> None:
    """Each at 0."""
    log = LogId("a cluster", uuid4())
    async with pipe.transaction() as connection:
        for each in partitions:
            await Positions().locate(connection, TopicPartition(TOPIC, each), log=log, start=0)


async def test_positions_are_moved_on_never_back(
    pipe: Database, watching: asyncpg.Connection
) -> None:
    await begun(pipe, 0, 1, 2)
    async with pipe.transaction() as connection:
        were = await Positions().advance(connection, TOPIC, {2: (0, 7), 0: (0, 5)})
        assert were == {0: 0, 2: 0}
        were = await Positions().advance(connection, TOPIC, {0: (0, 3), 1: (0, 1)})
        assert were == {0: 5, 1: 0}
    async with pipe.connection() as connection:
        assert await Positions().stored(connection, TOPIC) == {0: 5, 1: 1, 2: 7}


async def test_what_was_read_past_the_position_moves_nothing(
    pipe: Database, watching: asyncpg.Connection
) -> None:
    await begun(pipe, 0, 1)
    for read in ({0: (0, 5), 1: (2, 5)}, {0: (0, 5), 7: (0, 5)}):
        with pytest.raises(OutOfStep):
            async with pipe.transaction() as connection:
                await Positions().advance(connection, TOPIC, read)
    async with pipe.connection() as connection:
        assert await Positions().stored(connection, TOPIC) == {0: 0, 1: 0}


@pytest.mark.parametrize("commits", [True, False])
async def test_whoever_waited_sees_what_the_other_did(
    pipe: Database, watching: asyncpg.Connection, commits: bool
) -> None:
    await begun(pipe, 0, 1)
    waits = "select exists (select from pg_stat_activity where wait_event_type = 'Lock'"
    waits += " and usename = 'ledger_pipe')"

    async def second() -> dict[int, int]:
        async with pipe.transaction() as connection:
            return await Positions().advance(connection, TOPIC, {0: (0, 4), 1: (0, 9)})

    async with pipe.connection() as connection:
        first = connection.transaction()
        await first.start()
        await Positions().advance(connection, TOPIC, {1: (0, 6), 0: (0, 6)})
        waiting = asyncio.create_task(second())
        await eventually(lambda: watching.fetchval(waits))
        await (first.commit() if commits else first.rollback())
        assert await waiting == ({0: 6, 1: 6} if commits else {0: 0, 1: 0})
        stored = await Positions().stored(connection, TOPIC)
    assert stored == {0: 6 if commits else 4, 1: 9}
