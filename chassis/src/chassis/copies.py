"""Copies of other services' aggregates: kept by the consumer, read by commands and reactions."""

from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from chassis import graves
from chassis.database import Connection
from chassis.events import Event
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

    async def keep(self, connection: Connection, event: Event[Any]) -> bool:
        """Keep the event's state, unless it is older than what is kept or was erased.

        Returns whether it was news.
        """
        if event.body is None:
            return await self._erase(connection, event)
        return bool(
            await connection.fetchval(
                f"""
                insert into {self.table} as kept (organisation_id, id, version, state)
                select $1, $2, $3, $4
                where not exists (select from cairn.graves
                                  where organisation_id = $1 and topic = $5 and subject = $2
                                    and graves.version >= $3)
                on conflict (organisation_id, id)
                    do update set version = excluded.version, state = excluded.state
                    where kept.version < excluded.version
                returning true
                """,  # noqa: S608
                event.organisation_id,
                event.subject,
                event.version,
                event.body,
                self.topic,
            )
        )

    async def _erase(self, connection: Connection, event: Event[Any]) -> bool:
        """Forget an aggregate, and dig its grave so that nothing older brings it back."""
        await self._delete(connection, event.organisation_id, event.subject, event.version)
        versions = {event.subject: event.version}
        return bool(await graves.dig(connection, event.organisation_id, self.topic, versions))

    async def forget(self, unit: Unit, id: UUID, version: int) -> None:  # noqa: A002
        """Forget an aggregate whose tombstone, of this version, may be on its way still."""
        await self._delete(unit.connection, unit.organisation_id, id, version)
        await graves.dig(unit.connection, unit.organisation_id, self.topic, {id: version})

    async def _delete(
        self,
        connection: Connection,
        organisation_id: UUID,
        id: UUID,  # noqa: A002
        version: int,
    ) -> None:
        await connection.execute(
            f"delete from {self.table} where organisation_id = $1 and id = $2 and version <= $3",  # noqa: S608
            organisation_id,
            id,
            version,
        )
