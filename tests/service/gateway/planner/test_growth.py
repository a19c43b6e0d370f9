"""What a screen reads of the database does not grow with the organisation."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from gateway.planner import Planner, Viewer, global_id
from support.databases import ServiceDatabase
from support.reading.crowds import make_crowd, person_id, programme_id
from support.reading.shapes import cursors, shapes

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
    "an inbox that is followed": """subscription ($size: Int = 20) {
        inbox(first: $size) { totalCount edges { node { title person { fullName } about { __typename
            ... on Pairing { mentor { fullName } } } } } } }""",
    "a home that is followed": """subscription ($size: Int = 5) { home { fullName
        pairings(first: $size) { edges { node { status mentor { fullName } } } }
        nextSession { startsAt } unreadNotificationCount } }""",
    "what an app keeps": """query ($size: Int = 20) { changes(first: $size) {
        changed { id ... on Person { fullName } } gone more cursor } }""",
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
    administrator = "administrator" in viewer.roles
    arguments = [viewer.organisation_id, viewer.person_id, administrator, False, *plan.arguments]
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


async def test_what_has_changed_is_found_without_reading_what_has_not(
    crowds: None, planner: Planner, connection: asyncpg.Connection
) -> None:
    text = "query ($since: Cursor) { changes(since: $since, first: 500) { changed { id } cursor } }"
    pages: list[int] = []
    for organisation_id in (SMALL, LARGE):
        viewer = Viewer(organisation_id, person_id(organisation_id, MEMBER))
        first = planner.plan(text, None, {})
        told = msgspec.json.decode(await first.run(connection, viewer))["data"]["changes"]
        assert len(told["changed"]) > 10
        plan = planner.plan(text, None, {"since": told["cursor"]})
        assert b'"changed":[]' in await plan.run(connection, viewer)
        pages.append(await touched(connection, plan, viewer))
    assert pages[1] <= 1.5 * pages[0] + 20


# The row whose relations are read, by its type: one that the viewer has to do with.
PARENTS = {
    "Organisation": """select id from organisations
        where organisation_id = $1 and id is distinct from $2""",
    "Site": "select site_id from people where organisation_id = $1 and id = $2",
    "Person": "select id from people where organisation_id = $1 and id = $2",
    "Programme": """select id from programmes p where organisation_id = $1
        order by $2 = any (coordinator_ids) desc,
            exists (select from enrolments where programme_id = p.id and person_id = $2) desc
        limit 1""",
    "Enrolment": "select id from enrolments where organisation_id = $1 and person_id = $2",
    "MatchingRun": """select r.id from matching_runs r join programmes p on p.id = r.programme_id
        where r.organisation_id = $1 order by $2 = any (p.coordinator_ids) desc limit 1""",
    "Draft": """select d.id from drafts d join programmes p on p.id = d.programme_id
        where d.organisation_id = $1 order by $2 = any (p.coordinator_ids) desc limit 1""",
    "Pairing": "select id from pairings where organisation_id = $1 and mentee_id = $2 limit 1",
    "Suggestions": """select id from suggestions
        where organisation_id = $1 and mentee_id = $2 limit 1""",
    "Exclusion": """select id from exclusions where organisation_id = $1
        order by made_by = $2 desc limit 1""",
    "MentorRequest": """select id from requests
        where organisation_id = $1 and mentee_id = $2 limit 1""",
    "Session": "select id from sessions where organisation_id = $1 and mentee_id = $2 limit 1",
    "Goal": "select id from goals where organisation_id = $1 and person_id = $2 limit 1",
    "Assessment": "select id from assessments where organisation_id = $1 and person_id = $2",
    "CareerPaths": "select id from career_paths where organisation_id = $1 and person_id = $2",
    "Roadmap": "select id from roadmaps where organisation_id = $1 and person_id = $2 limit 1",
    "Feedback": "select id from feedback where organisation_id = $1 and author_id = $2 limit 1",
    "Notification": """select id from notifications
        where organisation_id = $1 and person_id = $2 limit 1""",
    "Preferences": "select id from preferences where organisation_id = $1 and id = $2",
    "Erasure": """select id from erasures
        where organisation_id = $1 and person_id is distinct from $2 limit 1""",
}
ROLES = {"member": MEMBER, "coordinator": COORDINATOR, "administrator": MEMBER}


class Eye:
    """A viewer in one of the crowds, and what their operations touch."""

    def __init__(self, planner: Planner, connection: asyncpg.Connection, role: str) -> None:
        self.planner = planner
        self.connection = connection
        self.role = role

    def viewer(self, organisation_id: UUID) -> Viewer:
        me = person_id(organisation_id, ROLES[self.role])
        return Viewer(organisation_id, me, frozenset({self.role}))

    async def pages(self, organisation_id: UUID, type_name: str, shape: str) -> int:
        viewer = self.viewer(organisation_id)
        variables = await self._variables(viewer, type_name)
        if "$cursor" in shape:
            cursor = await self._cursor(viewer, type_name, shape, variables)
            if cursor is None:
                return 0
            variables["cursor"] = cursor
        plan = self.planner.plan(*_operation(type_name, shape, variables))
        await plan.run(self.connection, viewer)
        return await touched(self.connection, plan, viewer)

    async def _variables(self, viewer: Viewer, type_name: str) -> dict[str, str]:
        me = viewer.organisation_id, viewer.person_id
        async with self.connection.transaction():
            await self.connection.execute(
                "select set_config('cairn.organisation', $1, true)", str(viewer.organisation_id)
            )
            wanted = {
                "site": "Site",
                "programme": "Programme",
                "run": "MatchingRun",
                "id": type_name,
            }
            return {
                name: global_id(type_, await self._row(type_, *me))
                for name, type_ in wanted.items()
                if type_ in PARENTS
            }

    async def _row(self, type_name: str, organisation_id: UUID, me: UUID | None) -> UUID:
        row = await self.connection.fetchval(PARENTS[type_name], organisation_id, me)
        assert isinstance(row, UUID)
        return row

    async def _cursor(
        self, viewer: Viewer, type_name: str, shape: str, variables: dict[str, str]
    ) -> str | None:
        """Of a row somewhere in the relation; None where it has none."""
        plan = self.planner.plan(*_operation(type_name, cursors(shape), variables))
        answer = msgspec.json.decode(await plan.run(self.connection, viewer))["data"]
        edges = ((answer if type_name == "Query" else answer["node"]) or {}).get("found")
        return edges["edges"][-1]["cursor"] if edges and edges["edges"] else None


def _operation(
    type_name: str, shape: str, variables: dict[str, str]
) -> tuple[str, None, dict[str, str]]:
    body = (
        shape if type_name == "Query" else f"node(id: $id) {{ ... on {type_name} {{ {shape} }} }}"
    )
    types = {"id": "ID!", "programme": "ID!", "site": "ID", "run": "ID!", "cursor": "Cursor"}
    used = {name: type_ for name, type_ in types.items() if f"${name}" in body}
    declared = ", ".join(f"${name}: {type_}" for name, type_ in used.items())
    text = f"query{f' ({declared})' if declared else ''} {{ {body} }}"
    return text, None, {name: variables[name] for name in used}


def test_every_type_of_the_read_model_has_a_row_to_begin_at(planner: Planner) -> None:
    assert set(planner._model.tables) == set(PARENTS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("type_name", ["Query", *PARENTS])
async def test_no_way_to_read_goes_through_the_organisation(
    crowds: None, planner: Planner, connection: asyncpg.Connection, type_name: str, role: str
) -> None:
    eye = Eye(planner, connection, role)
    schema = planner._model.graphql
    grown: dict[str, tuple[int, int]] = {}
    for shape in shapes(schema, planner._model.type(type_name)):
        small = await eye.pages(SMALL, type_name, shape)
        large = await eye.pages(LARGE, type_name, shape)
        # A search looks up hundreds of rows, in indexes that are a level higher where it is large.
        most = (2 if "search" in shape else 1.5) * small
        if large > most + 40:  # each row of a page may lie on a page of its own
            grown[shape.replace("\n", "")] = (small, large)
    assert grown == {}
