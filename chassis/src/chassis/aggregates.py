"""An aggregate type that a service owns: a table of (organisation_id, id, version, state)."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from chassis import graves
from chassis.database import Connection
from chassis.outbox import forget_parked
from chassis.refusals import NotFound
from chassis.unit import Unit

S = TypeVar("S", bound=msgspec.Struct)


class Aggregates(Generic[S]):
    """The rows of one aggregate type; their state is the body of the events.

    `called` is the type's name in messages to people.
    """

    def __init__(self, topic: str, state: type[S], *, table: str, called: str) -> None:
        self.topic = topic
        self.table = table
        self.called = called
        self.read = msgspec.json.Decoder(state).decode

    async def find(self, unit: Unit, id: UUID) -> S | None:  # noqa: A002
        row = await unit.connection.fetchval(
            f"select state from {self.table} where organisation_id = $1 and id = $2",  # noqa: S608
            unit.organisation_id,
            id,
        )
        return None if row is None else self.read(row)

    async def locked(self, unit: Unit, id: UUID) -> S:  # noqa: A002
        """The state, with its row locked until the unit ends.

        Raises NotFound.
        """
        row = await unit.connection.fetchval(
            f"select state from {self.table}"  # noqa: S608
            " where organisation_id = $1 and id = $2 for update",
            unit.organisation_id,
            id,
        )
        if row is None:
            raise NotFound(f"There is no {self.called} {id}.")
        return self.read(row)

    async def create(self, unit: Unit, state: S, change: StrEnum) -> None:
        """A new aggregate, at version 1."""
        await self.create_all(unit, [state], change)

    async def create_all(self, unit: Unit, states: Sequence[S], change: StrEnum) -> None:
        if not states:
            return
        await unit.connection.execute(
            f"insert into {self.table} (organisation_id, id, version, state)"  # noqa: S608
            " select $1, id, 1, state from unnest($2::uuid[], $3::jsonb[]) as new (id, state)",
            unit.organisation_id,
            [_id(state) for state in states],
            [msgspec.json.encode(state) for state in states],
        )
        for state in states:
            unit.announce(change, state, 1)

    async def save(self, unit: Unit, state: S, change: str) -> None:
        """The next version of an aggregate that this unit has locked."""
        await self.save_all(unit, [state], change)

    async def save_all(self, unit: Unit, states: Sequence[S], change: str) -> None:
        if not states:
            return
        rows = await unit.connection.fetch(
            f"update {self.table} as kept set version = version + 1, state = new.state"  # noqa: S608
            " from unnest($2::uuid[], $3::jsonb[]) as new (id, state)"
            " where kept.organisation_id = $1 and kept.id = new.id"
            " returning kept.id, kept.version",
            unit.organisation_id,
            [_id(state) for state in states],
            [msgspec.json.encode(state) for state in states],
        )
        versions: dict[UUID, int] = {row["id"]: row["version"] for row in rows}
        for state in states:
            unit.announce(change, state, versions[_id(state)])

    async def restate(self, unit: Unit, ids: Collection[UUID]) -> None:
        """Say aggregates again as they are, each at its next version; nothing happened."""
        rows = await unit.connection.fetch(
            f"select state from {self.table}"  # noqa: S608
            " where organisation_id = $1 and id = any($2) order by id for update",
            unit.organisation_id,
            list(ids),
        )
        restated = f"{self.topic}.restated"
        await self.save_all(unit, [self.read(row["state"]) for row in rows], restated)

    async def lock_newest(
        self,
        connection: Connection,
        organisation_id: UUID,
        id: UUID,  # noqa: A002
    ) -> tuple[int, int]:
        """Lock an aggregate; returns its version and its grave's, 0 where there is none."""
        version: int | None = await connection.fetchval(
            f"select version from {self.table}"  # noqa: S608
            " where organisation_id = $1 and id = $2 for update",
            organisation_id,
            id,
        )
        grave = await graves.version(connection, organisation_id, self.topic, id)
        return version or 0, grave

    async def redact_all(self, unit: Unit, states: Sequence[S], change: StrEnum) -> None:
        """Save states from which an erased person's words were taken.

        What cannot be published of before is given up, or these states never could be either.
        """
        await forget_parked(unit.connection, self.topic, [_id(state) for state in states])
        await self.save_all(unit, states, change)

    async def erase_all(self, unit: Unit, ids: Collection[UUID]) -> dict[UUID, int]:
        """Erase aggregates; returns the tombstones' versions of those that were there.

        Their rows go, and graves and tombstones stay. Events of them that still wait go out first,
        in their order.
        """
        await forget_parked(unit.connection, self.topic, ids)
        rows = await unit.connection.fetch(
            f"delete from {self.table} where organisation_id = $1 and id = any($2)"  # noqa: S608
            " returning id, version + 1 as version",
            unit.organisation_id,
            list(ids),
        )
        versions: dict[UUID, int] = {row["id"]: row["version"] for row in rows}
        await graves.dig(unit.connection, unit.organisation_id, self.topic, versions)
        for id, version in versions.items():  # noqa: A001
            unit.announce_erased(self.topic, id, version)
        return versions


def _id(state: msgspec.Struct) -> UUID:
    return state.id  # pyright: ignore  # every contract's body has one
