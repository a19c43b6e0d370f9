"""Waiting for one's own writes: woken by the projector, bounded, and one query for all."""

import asyncio
import time
from collections.abc import AsyncGenerator
from uuid import UUID

import asyncpg
import pytest

from chassis.database import Database
from chassis.doorbell import Doorbell
from chassis.ids import new_id
from chassis.unit import Written
from contracts.matching import PAIRING
from contracts.profiles import ORGANISATION
from gateway.arrivals import POLL, Arrivals
from gateway.projection import TABLES
from gateway.projector import PROJECTED
from support.databases import ServiceDatabase
from support.waiting import eventually


@pytest.fixture
async def arrivals(read_model: ServiceDatabase) -> AsyncGenerator[Arrivals]:
    arrivals = Arrivals(read_model.pipe)
    task = asyncio.create_task(arrivals.run())
    yield arrivals
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def write(pipe: Database, id_: UUID, version: int) -> Written:
    async with pipe.connection() as connection:
        await connection.execute(
            """
            insert into organisations (organisation_id, id, version, name) values ($1, $1, $2, '')
            on conflict (organisation_id, id) do update set version = excluded.version
            """,
            id_,
            version,
        )
    return Written(aggregate=ORGANISATION, id=id_, version=version)


async def test_what_is_there_already_is_not_waited_for(arrivals: Arrivals, pipe: Database) -> None:
    id_ = new_id()
    written = await write(pipe, id_, 3)
    older = Written(aggregate=ORGANISATION, id=id_, version=2)

    assert await arrivals.wait(id_, [written, older])


async def test_nothing_written_is_nothing_to_wait_for(arrivals: Arrivals) -> None:
    assert await arrivals.wait(new_id(), [], within=0)


async def test_a_ring_of_the_projector_wakes_those_who_wait(
    arrivals: Arrivals, pipe: Database, read_model: ServiceDatabase
) -> None:
    id_ = new_id()
    await write(pipe, id_, 1)
    written = Written(aggregate=ORGANISATION, id=id_, version=2)
    doorbell = Doorbell(read_model.pipe, PROJECTED)
    async with doorbell.open():
        waiting = asyncio.create_task(arrivals.wait(id_, [written]))
        await asyncio.sleep(POLL / 4)
        assert not waiting.done()
        await write(pipe, id_, 2)
        doorbell.ring()
        assert await waiting


async def test_the_poll_finds_what_nobody_rang_for(arrivals: Arrivals, pipe: Database) -> None:
    id_ = new_id()
    waiting = asyncio.create_task(
        arrivals.wait(id_, [Written(aggregate=ORGANISATION, id=id_, version=1)])
    )
    await asyncio.sleep(0)
    await write(pipe, id_, 1)

    assert await waiting


async def test_the_wait_is_bounded(arrivals: Arrivals) -> None:
    missing = Written(aggregate=PAIRING, id=new_id(), version=1)

    started = time.monotonic()
    assert not await arrivals.wait(new_id(), [missing], within=0.3)
    assert time.monotonic() - started < 2


async def test_another_organisations_row_does_not_count(arrivals: Arrivals, pipe: Database) -> None:
    written = await write(pipe, new_id(), 1)

    assert not await arrivals.wait(new_id(), [written], within=0.3)


@pytest.mark.parametrize("topic", TABLES)
async def test_what_was_erased_since_has_arrived(
    arrivals: Arrivals, pipe: Database, topic: str
) -> None:
    organisation_id, id_ = new_id(), new_id()
    async with pipe.connection() as connection:
        await connection.execute(
            "insert into cairn.graves values ($1, $2, $3, 5)", organisation_id, topic, id_
        )

    assert await arrivals.wait(
        organisation_id, [Written(aggregate=topic, id=id_, version=4)], within=1
    )


async def test_many_wait_on_one_connection(
    arrivals: Arrivals, pipe: Database, read_model: ServiceDatabase
) -> None:
    ids = [new_id() for _ in range(200)]
    waiting = [
        asyncio.create_task(
            arrivals.wait(id_, [Written(aggregate=ORGANISATION, id=id_, version=1)], within=10)
        )
        for id_ in ids
    ]
    await asyncio.sleep(0)
    for id_ in ids:
        await write(pipe, id_, 1)

    assert all(await asyncio.gather(*waiting))
    superuser = await asyncpg.connect(read_model.superuser)
    connections = await superuser.fetchval(
        "select count(*) from pg_stat_activity where application_name = 'gateway arrivals'"
    )
    await superuser.close()
    assert connections == 1


async def test_it_listens_again_after_its_connection_was_cut(
    arrivals: Arrivals, pipe: Database, read_model: ServiceDatabase
) -> None:
    first = await write(pipe, new_id(), 1)
    assert await arrivals.wait(first.id, [first])
    superuser = await asyncpg.connect(read_model.superuser)
    await superuser.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = 'gateway arrivals'"
    )
    await superuser.close()

    second = await write(pipe, new_id(), 1)
    assert await eventually(lambda: arrivals.wait(second.id, [second], within=1))
