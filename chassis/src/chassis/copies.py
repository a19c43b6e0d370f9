"""Copies of other services' aggregates: kept by the consumer, read by commands and reactions."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from chassis import graves
from chassis.database import Connection
from chassis.events import Event, newest
from chassis.unit import Unit

S = TypeVar("S", bound=msgspec.Struct)


class NotYet(Exception):  # noqa: N818
    """A reaction needs an aggregate whose copy has not arrived; it runs when it has."""

    def __init__(self, topic: str, subject: UUID) -> None:
        super().__init__(f"{topic} {subject} has not arrived yet")
        self.topic = topic
        self.subject = subject


class Gone(Exception):  # noqa: N818
    """A reaction needs an aggregate that was erased: it has nothing to act on, and is settled."""


class Copies(Generic[S]):
    """A table of (organisation_id, id, version, state), newest version only."""

    def __init__(self, topic: str, state: type[S], *, table: str) -> None:
        self.topic = topic
        self.table = table
        self.state = state
        self.read = msgspec.json.Decoder(state).decode

    async def find(self, unit: Unit, id: UUID) -> S | None:  # noqa: A002
        row = await unit.connection.fetchval(
            f"select state from {self.table} where organisation_id = $1 and id = $2",  # noqa: S608
            unit.organisation_id,
            id,
        )
        return None if row is None else self.read(row)

    async def need(self, unit: Unit, id: UUID) -> S:  # noqa: A002
        """The copy; a reaction whose copy has not arrived waits for it.

        Raises NotYet, or Gone where it was erased.
        """
        found = await self.find(unit, id)
        if found is None:
            if await graves.has_any(unit.connection, unit.organisation_id, [id]):
                raise Gone
            raise NotYet(self.topic, id)
        return found

    async def keep(self, connection: Connection, events: Sequence[Event[Any]]) -> set[UUID]:
        """Keep the newest states of one organisation's aggregates, and forget those erased.

        What is older than what is kept, or was erased, changes nothing. Returns whose events were
        news.
        """
        organisation_id = events[0].organisation_id
        erased = newest(event for event in events if event.body is None)
        # In the order of their ids, so that no two who lock several wait for one another.
        states = sorted(
            newest(event for event in events if event.body is not None),
            key=lambda event: event.subject,
        )
        news: set[UUID] = set()
        if erased:
            versions = {event.subject: event.version for event in erased}
            news |= await self._erase(connection, organisation_id, versions)
        if states:
            rows = await connection.fetch(
                f"""
                insert into {self.table} as kept (organisation_id, id, version, state)
                select $1, id, version, state
                from unnest($3::uuid[], $4::bigint[], $5::jsonb[]) as new (id, version, state)
                where not exists (select from cairn.graves
                                  where organisation_id = $1 and topic = $2 and subject = new.id
                                    and graves.version >= new.version)
                on conflict (organisation_id, id)
                    do update set version = excluded.version, state = excluded.state
                    where kept.version < excluded.version
                returning id
                """,  # noqa: S608
                organisation_id,
                self.topic,
                [event.subject for event in states],
                [event.version for event in states],
                [event.body for event in states],
            )
            news |= {row["id"] for row in rows}
        return news

    async def _erase(
        self, connection: Connection, organisation_id: UUID, versions: Mapping[UUID, int]
    ) -> set[UUID]:
        """Forget aggregates, and dig their graves so that nothing older brings them back."""
        await connection.execute(
            f"""
            delete from {self.table} as kept
            using unnest($2::uuid[], $3::bigint[]) as gone (id, version)
            where kept.organisation_id = $1 and kept.id = gone.id and kept.version <= gone.version
            """,  # noqa: S608
            organisation_id,
            list(versions.keys()),
            list(versions.values()),
        )
        return await graves.dig(connection, organisation_id, self.topic, versions)

    async def forget(self, unit: Unit, id: UUID, version: int) -> None:  # noqa: A002
        """Forget an aggregate whose tombstone, of this version, may be on its way still."""
        await self._erase(unit.connection, unit.organisation_id, {id: version})
