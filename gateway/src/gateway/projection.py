"""Projections: how a topic's events become rows of the read model."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from chassis.database import TRANSIENT, Connection
from chassis.events import Batch, Decode, Event, Record, newest
from chassis.parking import Parked, park
from contracts import direction, matching, notifications, profiles, sessions
from contracts.catalogue import Topic
from gateway import announcing, changes, erasing, indexing, trail

TABLES = {
    profiles.ORGANISATION: "organisations",
    profiles.SITE: "sites",
    profiles.PERSON: "people",
    profiles.ERASURE: "erasures",
    direction.ASSESSMENT: "assessments",
    direction.CAREER_PATHS: "career_paths",
    direction.ROADMAP: "roadmaps",
    matching.PROGRAMME: "programmes",
    matching.ENROLMENT: "enrolments",
    matching.MATCHING_RUN: "matching_runs",
    matching.DRAFT: "drafts",
    matching.PAIRING: "pairings",
    matching.REQUEST: "requests",
    matching.EXCLUSION: "exclusions",
    matching.SUGGESTIONS: "suggestions",
    sessions.SESSION: "sessions",
    sessions.GOAL: "goals",
    sessions.FEEDBACK: "feedback",
    notifications.NOTIFICATION: "notifications",
    notifications.PREFERENCES: "preferences",
    matching.ERASURE: "matching_erasures",
    sessions.ERASURE: "sessions_erasures",
    notifications.ERASURE: "notifications_erasures",
}
NOT_READ = {  # what a body says that the API does not
    profiles.PERSON: {"edited"},
    profiles.ERASURE: {"person_version"},
    notifications.NOTIFICATION: {"other_id"},
}


class State(NamedTuple):
    """How something stands at a version, by the change with this number."""

    body: Any  # as this version of the contracts reads it
    version: int
    changed: int


class Projection:
    """Keeps the newest state of one aggregate type; the consumer's handler for its topic.

    It works across tenants, as the role of the pipes. A row's key begins with its organisation, and
    the chassis has seen that body and header name the same one, so no event reaches a row of
    another. What an event is called does not matter: its body says how things stand.

    Where it `announces`, those who follow what it changes are told.
    """

    def __init__(self, topic: Topic, *, announces: bool = True) -> None:
        self._topic = topic.name
        self._table = TABLES[topic.name]
        self._write = written(self._table, columns_of(topic), announces=announces)
        self._announcement = announcing.announcement(self._table) if announces else None
        self._decoder = msgspec.json.Decoder(topic.body)

    @property
    def decode(self) -> Decode:
        return self._decoder.decode

    async def begin(self, connection: Connection) -> None:
        """It reads the same whatever was read before."""

    async def apply(self, connection: Connection, events: Batch) -> None:
        await trail.record(connection, events)
        if self._topic == profiles.ERASURE:
            await erasing.forget_parked(connection, events)
        numbers = await changes.take_numbers(connection, organisations_of(events))
        erased = [event for event in events if event.state is None]
        if erased:
            await self._erase(connection, erased, numbers)
        states = [
            State(event.state, event.version, numbers[event.organisation_id])
            for event in newest(event for event in events if event.state is not None)
        ]
        if states:
            await self.write(connection, states)

    async def write(self, connection: Connection, states: Sequence[State]) -> None:
        """Write states, one of each thing, where they are news; and by what they are found."""
        news = await connection.fetchrow(self._write, encode(states), self._topic)
        if self._table not in indexing.WORDLESS:
            return
        assert news is not None
        bodies = {(each.body.organisation_id, each.body.id): each.body for each in states}
        renewed = [
            indexing.Written(bodies[organisation_id, id_], is_new)
            for organisation_id, id_, is_new in zip(*news[:3], strict=True)
        ]
        await indexing.refresh(connection, renewed)

    async def settle(
        self, connection: Connection, event: Event[Any], record: Record, attempts: int
    ) -> list[Parked]:
        try:
            async with connection.transaction():
                await self.apply(connection, [event])
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is parked
            reason = f"projecting it raised {type(error).__name__}"
            return await park(connection, record, reason, attempts=attempts)
        return []

    async def replay(
        self, connection: Connection, event: Event[Any], *, reaction: str, force: bool
    ) -> None:
        """Handle an event that was parked: what is not news changes nothing (replaying.Handler)."""
        del reaction, force  # there are none, and a row never goes back
        await self.apply(connection, [event])

    async def _erase(
        self, connection: Connection, events: list[Event[Any]], numbers: dict[UUID, int]
    ) -> None:
        """Delete the rows, and dig the graves that keep older events from bringing them back."""
        last = newest(events)
        keys = (
            [event.organisation_id for event in last],
            [event.subject for event in last],
            [event.version for event in last],
        )
        if self._announcement is not None:
            await connection.execute(self._announcement, *keys)
        await changes.delete(connection, self._table, *keys, numbers)
        if self._table in indexing.WORDLESS:
            await indexing.forget(connection, self._table, *keys[:2])
        await connection.execute(
            """
            insert into cairn.graves as grave (organisation_id, topic, subject, version)
            select organisation, $4, id, version
            from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as gone (organisation, id, version)
            on conflict (organisation_id, topic, subject)
                do update set version = excluded.version where grave.version < excluded.version
            """,
            *keys,
            self._topic,
        )


def organisations_of(events: Batch) -> list[UUID]:
    """Of all these events, each once."""
    # By the numbers of the UUIDs: those are hashed and compared in C.
    found = {event.envelope.organisation_id.int: event.envelope.organisation_id for event in events}
    return list(found.values())


def columns_of(topic: Topic) -> list[str]:
    """The fields of a topic's bodies that the read model keeps."""
    fields = [field.name for field in msgspec.structs.fields(topic.body)]
    return [name for name in fields if name not in NOT_READ.get(topic.name, ())]


def written(table: str, fields: Sequence[str], *, announces: bool) -> str:
    """The statement that writes states as `upsert` does, and says so where it `announces`.

    What `indexing.refresh` must be told it gives, where the table's things have terms.
    """
    told = announcing.told(table) if announces else None
    known, renewed = "", ""
    if table in indexing.WORDLESS:
        known, renewed = indexing.renewed(table, fields)
    return f"""
        with new as (select * from {_given(table)}),
        {known}
        changed as ({upsert(table, fields, "new")} returning kept.*)
        select {", ".join(filter(None, (renewed, told))) or "null"}
        """  # noqa: S608


def upsert(table: str, fields: Sequence[str], given: str = "") -> str:
    """The statement that writes bodies with their versions and numbers, where they are news."""
    columns = [*fields, "version", "changed"]
    listed = ", ".join(f'"{name}"' for name in columns)
    changed = [name for name in columns if name not in {"organisation_id", "id"}]
    return f"""
        insert into {table} as kept ({listed})
        select {listed} from {given or _given(table)} as new
        where not exists (
            select from cairn.graves
            where graves.organisation_id = new.organisation_id and graves.topic = $2
                and graves.subject = new.id and graves.version >= new.version)
        on conflict (organisation_id, id) do update
        set {", ".join(f'"{name}" = excluded."{name}"' for name in changed)}
        where kept.version < excluded.version
        """  # noqa: S608


def _given(table: str) -> str:
    return f"json_populate_recordset(null::{table}, $1)"


def encode(states: Sequence[State]) -> str:
    """States as the JSON that the statements take."""
    rows = [
        msgspec.json.encode(each.body)[:-1]
        + b',"version":%d,"changed":%d}' % (each.version, each.changed)
        for each in states
    ]
    return (b"[" + b",".join(rows) + b"]").decode()
