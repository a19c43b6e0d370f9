"""What a screen reads of the database does not grow with the organisation."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from gateway.planner import Planner, Viewer, global_id
from support.databases import ServiceDatabase
from support.reading.crowds import make_crowd, person_id, programme_id

SMALL = UUID("0193b6f0-0000-7000-8000-00000000000a")
LARGE = UUID("0193b6f0-0000-7000-8000-00000000000b")
PEOPLE = {SMALL: 1000, LARGE: 8000}
MEMBER, COORDINATOR = 100, 1

SCREENS = {
    "home": """query ($size: Int = 5) { viewer {
        fullName goals(first: $size) { edges { node { title } } }
        mentor { fullName email site { name localTime } }
        nextSession { startsAt } notifications(unread: true, first: $size) {
            edges { node { title about { __typename ... on Pairing { id } } } } }
        unreadNotificationCount preferences { email }
    } }""",
    "people": """query ($size: Int = 20) { people(first: $size, offersMentoring: true) {
        pageInfo { hasNextPage endCursor } edges { node { fullName site { name } } } } }""",
    "last people": "query ($size: Int = 20) { people(last: $size) { edges { node { id } } } }",
    "a person": """query ($id: ID!) { node(id: $id) { ... on Person {
        fullName manager { fullName } reports(first: 5) { edges { node { fullName } } }
        pairings(first: 5) { edges { node { status mentor { fullName } sessions(first: 2) {
            edges { node { topic feedback { edges { node { rating } } } } } } } } }
        enrolments { edges { node { programme { name } } } }
    } } }""",
    "the people, to a coordinator": """query ($size: Int = 20) {
        people(first: $size) { edges { node { fullName } } } }""",
    "a programme, to a coordinator": """query ($programme: ID!, $size: Int = 5) {
        programme(id: $programme) {
            enrolments(first: $size) { edges { node { person { fullName } } } }
            pairings(first: $size, status: ACTIVE) { edges { node {
                mentor { fullName } mentee { fullName } } } } } }""",
    "programmes": """{ programmes(first: 2) { edges { node { name
        coordinators { edges { node { fullName } } }
        matchingRuns(first: 1) { edges { node { status } } } } } } }""",
}


@pytest.fixture(scope="module")
async def crowds(read_model: ServiceDatabase) -> None:
    superuser = await asyncpg.connect(read_model.superuser)
    for organisation_id, people in PEOPLE.items():
        await make_crowd(superuser, organisation_id, people)
    await superuser.execute("vacuum analyze")
    await superuser.close()


async def pages_read(
    connection: asyncpg.Connection, planner: Planner, organisation_id: UUID, screen: str
) -> int:
    """How many pages the statement touches, planned as the gateway's connections plan it."""
    someone = global_id("Person", person_id(organisation_id, MEMBER + 1))
    programme = global_id("Programme", programme_id(organisation_id, 1))
    plan = planner.plan(SCREENS[screen], None, {"id": someone, "programme": programme})
    me = COORDINATOR if "coordinator" in screen else MEMBER
    viewer = Viewer(organisation_id, person_id(organisation_id, me))
    await plan.run(connection, viewer)
    return await touched(connection, plan, viewer)


async def touched(connection: asyncpg.Connection, plan: Any, viewer: Viewer) -> int:
    statement = plan.statement
    arguments = [viewer.organisation_id, viewer.person_id, False, False, *plan.arguments]
    types = ["uuid", "uuid", "boolean", "boolean", *statement.parameters.types]
    quote = "select quote_literal($1::text)"
    quoted = [await connection.fetchval(quote, str(argument)) for argument in arguments]
    values = ", ".join(f"{each}::{type_}" for each, type_ in zip(quoted, types, strict=True))
    async with connection.transaction():
        await connection.execute(f"prepare planned ({', '.join(types)}) as {statement.sql}")
        explained = await connection.fetchval(
            f"explain (analyze, buffers, format json) execute planned ({values})"
        )
        await connection.execute("deallocate planned")
    assert explained is not None
    (told,) = msgspec.json.decode(explained)
    return told["Plan"]["Shared Hit Blocks"] + told["Plan"]["Shared Read Blocks"]


@pytest.mark.parametrize("screen", SCREENS)
async def test_a_screen_reads_no_more_where_there_are_more_people(
    crowds: None, planner: Planner, connection: asyncpg.Connection, screen: str
) -> None:
    small = await pages_read(connection, planner, SMALL, screen)
    large = await pages_read(connection, planner, LARGE, screen)
    assert 20 < small < 1000
    assert large <= 1.5 * small + 20, f"{small} pages of {PEOPLE[SMALL]} people, {large} of more"
