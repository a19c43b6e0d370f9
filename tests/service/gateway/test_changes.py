"""An app that only ever syncs what has changed holds exactly what one holds that reads all."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import msgspec
import pytest

from chassis.database import Database
from contracts.catalogue import TOPICS
from contracts.matching import PairingStatus
from gateway import changes
from gateway.mutations import MutationType
from gateway.planner import Planner, RequestError, run_shared
from gateway.projection import Projection
from gateway.schema import build_schema
from support.databases import ServiceDatabase
from support.reading.store import reader
from support.reading.syncing import SYNC, App
from support.reading.world import World

PLANNER = Planner(build_schema(MutationType))


@pytest.fixture
async def world(pipe: Database, read_model: ServiceDatabase) -> World:
    made = World(pipe, read_model)
    await made.begin()
    return made


@pytest.fixture
async def connection(read_model: ServiceDatabase) -> AsyncGenerator[asyncpg.Connection]:
    async with reader(read_model.app) as connection:
        yield connection


def app_of(world: World, connection: asyncpg.Connection, person: Any, *roles: str) -> App:
    return App(PLANNER, connection, world.viewer(person, *roles))


async def test_viewers_who_share_a_statement_are_told_as_each_alone(
    world: World, connection: asyncpg.Connection
) -> None:
    plan = PLANNER.plan(SYNC, None, {"first": 4})
    viewers = [world.viewer(each) for each in (world.office.ana, world.office.ben, None)]
    alone = [await plan.run(connection, viewer) for viewer in viewers]
    assert await run_shared(connection, [(plan, viewer) for viewer in viewers]) == alone


@pytest.mark.parametrize("since", ["", "nonsense", "WyJDaGFuZ2VzIl0", "WyJTaXRlIiwieCJd"])
async def test_what_is_no_cursor_of_ours_is_refused(since: str) -> None:
    with pytest.raises(RequestError, match="takes a cursor that `changes` gave out"):
        PLANNER.plan(SYNC, None, {"since": since})


async def test_a_first_sync_brings_all_that_concerns_the_viewer(
    world: World, connection: asyncpg.Connection
) -> None:
    for person in (world.office.ana, world.office.ben, world.office.cleo, None):
        app = app_of(world, connection, person)
        assert await app.sync(page=3) > 1
        assert app.shown == await world.expected(app)
        assert await app.sync() == 1
    assert len(app.kept) > 0


async def test_what_has_not_changed_is_not_told_again(
    world: World, connection: asyncpg.Connection
) -> None:
    app = app_of(world, connection, world.office.ana)
    await app.sync()
    app.kept.clear()
    await app.sync()
    assert app.kept == {}
    await world.change(msgspec.structs.replace(world.office.goal, title="Lead two teams"))
    await app.sync()
    assert [each["title"] for each in app.kept.values()] == ["Lead two teams"]
    assert app.resets == 0


async def test_a_mentor_loses_sight_of_goals_with_the_pairing_and_regains_it(
    world: World, connection: asyncpg.Connection
) -> None:
    office, app = world.office, app_of(world, connection, world.office.ben)
    goal = f"Goal:{office.goal.id}"
    await app.sync()
    assert goal in app.kept
    for status in (PairingStatus.PAUSED, PairingStatus.ACTIVE, PairingStatus.ENDED):
        await world.change(msgspec.structs.replace(office.pairing, status=status))
        await app.sync()
        assert (goal in app.kept) == (status is PairingStatus.ACTIVE)
        assert app.shown == await world.expected(app)


@pytest.mark.parametrize("order", ["pairing first", "person first", "goal first"])
async def test_an_erased_partner_is_forgotten_in_whatever_order_it_is_told(
    world: World, connection: asyncpg.Connection, order: str
) -> None:
    office = world.office
    app = app_of(world, connection, office.ben)
    await app.sync()
    gone = {"pairing": office.pairing, "person": office.ana, "goal": office.goal}
    first = order.partition(" ")[0]
    for name in (first, *(each for each in gone if each != first)):
        await world.erase(gone[name])
        await app.sync()
        assert app.shown == await world.expected(app)
    assert f"Person:{office.ana.id}" not in app.kept


async def test_no_late_commit_is_missed(
    world: World, connection: asyncpg.Connection, pipe: Database
) -> None:
    """Who projects into the same organisation waits, so that numbers are seen in their order."""
    office, app = world.office, app_of(world, connection, world.office.ana)
    await app.sync()
    async with pipe.transaction() as slow:
        goal = world.told(msgspec.structs.replace(office.goal, title="Late"))
        await Projection(TOPICS[goal.topic]).apply(slow, [goal])
        told = world.change(msgspec.structs.replace(office.told, title="Early"))
        quick = asyncio.create_task(told)
        await asyncio.wait([quick], timeout=0.3)
        assert not quick.done()
        await app.sync()
    await quick
    await app.sync()
    assert app.shown == await world.expected(app)


async def test_a_number_never_comes_again(world: World, pipe: Database) -> None:
    """Not even where a crash lost the last ones, since no commit waits for the disk."""
    ours = [world.office.id]
    async with pipe.transaction() as connection:
        [given] = (await changes.take_numbers(connection, ours)).values()
        await connection.execute(
            "update change_numbers set last = $2 where organisation_id = $1", *ours, given - 1000
        )
    async with pipe.transaction() as connection:
        [number] = (await changes.take_numbers(connection, ours)).values()
    assert number > given


async def test_a_cursor_of_another_viewer_an_old_one_or_another_model_resets(
    world: World, connection: asyncpg.Connection
) -> None:
    ana, ben = (app_of(world, connection, each) for each in (world.office.ana, world.office.ben))
    await ana.sync()
    ben.cursor = ana.cursor
    await ben.sync()
    assert (ana.resets, ben.resets) == (0, 1)
    assert ben.shown == await world.expected(ben)
    ben.cursor = aged(ben.cursor)
    await ben.sync()
    assert ben.resets == 2
    await world.rebuild()
    await ana.sync(page=2)
    assert ana.resets == 1
    assert ana.shown == await world.expected(ana)


def aged(cursor: str | None) -> str:
    """A cursor as it was given longer ago than any can be used."""
    assert cursor is not None
    name, model, viewer, number, *place = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    old = json.dumps([name, model, viewer, str(int(number) - changes.KEPT), *place])
    return base64.urlsafe_b64encode(old.encode()).decode()


async def test_departures_are_forgotten_when_no_cursor_can_ask_for_them(
    world: World, pipe: Database
) -> None:
    office = world.office
    await world.erase(office.goal)
    count = "select count(*) from departures where organisation_id = $1"
    async with pipe.transaction() as connection:
        await changes.forget_departures(connection)
        assert await connection.fetchval(count, office.id) == 2 + 1
        await connection.execute("update departures set changed = changed - $1", changes.KEPT)
        await changes.forget_departures(connection)
        assert await connection.fetchval(count, office.id) == 0
