"""An app that keeps what concerns its viewer, and only ever asks for what has changed."""

from collections.abc import Iterable
from typing import Any

import asyncpg
import msgspec

from contracts.direction import Assessment, CareerPaths, Roadmap
from contracts.matching import Enrolment, Exclusion, MentorRequest, Pairing, Programme, Suggestions
from contracts.notifications import Notification, Preferences
from contracts.profiles import Organisation, Person, Site
from contracts.sessions import Feedback, Goal, Session
from gateway.planner import Planner, Viewer
from support.reading.sight import Row, Sight

THINGS = """{ __typename id
    ... on Organisation { name } ... on Site { name languages } ... on Programme { name }
    ... on Person { fullName email jobTitle } ... on Enrolment { taking: status role }
    ... on Pairing { standing: status mentor { id } mentee { id } }
    ... on Suggestions { asOf }
    ... on Exclusion { madeAt }
    ... on MentorRequest { asked: status message mentor { id } mentee { id } }
    ... on Session { topic held: status startsAt }
    ... on Assessment { strengths shared } ... on CareerPaths { target }
    ... on Roadmap { roadmap: title milestonesDone }
    ... on Goal { title progress } ... on Feedback { rating comment }
    ... on Notification { title readAt } ... on Preferences { mail: email muted } }"""
SYNC = f"""query ($since: Cursor, $first: Int) {{
    changes(since: $since, first: $first) {{ changed {THINGS} gone reset more cursor }} }}"""
READ = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {THINGS} }}"


class App:
    def __init__(self, planner: Planner, connection: asyncpg.Connection, viewer: Viewer) -> None:
        self.planner = planner
        self.connection = connection
        self.viewer = viewer
        self.kept: dict[str, Any] = {}
        self.cursor: str | None = None
        self.resets = 0

    async def sync(self, *, page: int = 100) -> int:
        """Ask until nothing more has changed; returns in how many answers that was."""
        answers = 0
        while True:
            told = (await self._ask(SYNC, since=self.cursor, first=page))["changes"]
            answers += 1
            if told["reset"]:
                self.resets += 1
                self.kept.clear()
            self.kept |= {each["id"]: each for each in told["changed"]}
            for id_ in told["gone"]:
                self.kept.pop(id_, None)
            self.cursor = told["cursor"]
            if not told["more"]:
                return answers

    @property
    def shown(self) -> dict[str, Any]:
        """What is kept; a link to something that is gone leads nowhere."""
        return {
            id_: {
                name: None if isinstance(value, dict) and value["id"] not in self.kept else value
                for name, value in thing.items()
            }
            for id_, thing in self.kept.items()
        }

    async def read(self, ids: list[str]) -> dict[str, Any]:
        """The same things, read all at once."""
        found: dict[str, Any] = {}
        for at in range(0, len(ids), 20):
            nodes = (await self._ask(READ, ids=ids[at : at + 20]))["nodes"]
            found |= {each["id"]: each for each in nodes if each}
        return found

    async def _ask(self, text: str, **variables: Any) -> Any:
        plan = self.planner.plan(text, None, variables)
        return msgspec.json.decode(await plan.run(self.connection, self.viewer))["data"]


def concerning(rows: Iterable[Row], sight: Sight) -> list[str]:
    """The global ids of all that an app of the viewer keeps, by the rules in Python."""
    return [
        f"{type(row).__name__}:{row.id}"
        for row in rows
        if _concerns(row, sight) and sight.sees(row)
    ]


def _concerns(row: Row, sight: Sight) -> bool:
    me = sight.viewer.person_id
    match row:
        case Organisation() | Site() | Programme():
            return True
        case Person():
            known = sight.is_self(row) or sight.is_partner(row)
            return known or bool(sight.requests_with(row))
        case Pairing() | MentorRequest() | Session():
            return me in (row.mentor_id, row.mentee_id)
        case Goal() | Assessment() | CareerPaths() | Roadmap():
            return True  # as far as they are seen
        case Feedback():
            return me in (row.author_id, row.about_id)
        case Suggestions():
            return row.mentee_id == me
        case Exclusion():
            return me is not None and row.made_by == me
        case Enrolment() | Notification():
            return row.person_id == me
        case Preferences():
            return row.id == me
        case _:
            return False
