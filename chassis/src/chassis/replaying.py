"""Handing parked records to their handlers again, by the same code that the consumer runs.

What a record does and its leaving `cairn.dead_letters` are one transaction. It takes effect only if
it is still its subject's newest, so that nobody is told of what is no longer so.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol
from uuid import UUID

import asyncpg
import msgspec

from chassis import standstill
from chassis.database import TRANSIENT, Connection, Database
from chassis.envelope import Headers, Malformed
from chassis.events import Decode, Event, read_event


class Handler(Protocol):
    """What a topic's records are handed to."""

    @property
    def decode(self) -> Decode: ...

    async def replay(
        self, connection: Connection, event: Event[Any], *, reaction: str, force: bool
    ) -> None:
        """Handle an event that was parked, or only the reaction of that name.

        Raises Superseded, Erased, or whatever goes wrong; the transaction is then undone.
        """
        ...


class Superseded(Exception):  # noqa: N818
    """A newer version of the subject is known: acting on this one would come too late."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"version {newest} of its subject is known already")


class Erased(Exception):  # noqa: N818
    """The subject was erased: nothing of it may come back, and its record goes too."""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a parked record. All but `done` and `erased` are parked still."""

    id: int
    outcome: Literal["done", "erased", "superseded", "failed", "unknown"]
    reason: str = ""


class _Parked(msgspec.Struct, frozen=True):
    """A parked record, as it came from Kafka."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


async def waiting(pipe: Database) -> list[int]:
    """All that is parked, in the order in which it is to be replayed."""
    async with pipe.connection() as connection:
        rows = await connection.fetch(
            'select id from cairn.dead_letters order by topic, partition, "offset", reaction'
        )
    return [row["id"] for row in rows]


async def replay(
    pipe: Database, handlers: Mapping[str, Handler], ids: Sequence[int], *, force: bool = False
) -> list[Replayed]:
    """Replay parked records, each in a transaction of its own, in the order given.

    With `force` a reaction acts though newer versions are known. A copy never goes back, nor does
    what was erased return, whoever forces it. Raises standstill.StandsStill.
    """
    await standstill.refuse(pipe)
    return [await _replay(pipe, handlers, each, force=force) for each in ids]


async def _replay(
    pipe: Database, handlers: Mapping[str, Handler], letter: int, *, force: bool
) -> Replayed:
    try:
        async with pipe.transaction() as connection:
            return await _hand_over(connection, handlers, letter, force=force)
    except Superseded as newer:
        return Replayed(id=letter, outcome="superseded", reason=str(newer))
    except TRANSIENT:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the record stays parked
        reason = str(error) if isinstance(error, Malformed) else _raised(error)
    async with pipe.connection() as connection:
        await connection.execute(
            "update cairn.dead_letters set attempts = attempts + 1, reason = $2 where id = $1",
            letter,
            reason[:500],
        )
    return Replayed(id=letter, outcome="failed", reason=reason)


async def _hand_over(
    connection: Connection, handlers: Mapping[str, Handler], letter: int, *, force: bool
) -> Replayed:
    row = await connection.fetchrow(
        "delete from cairn.dead_letters where id = $1 returning *", letter
    )
    if row is None:
        return Replayed(id=letter, outcome="unknown", reason="no parked record has this id")
    handler = handlers.get(row["topic"])
    if handler is None:
        raise Malformed(f"this service does not hear {row['topic']} any more")
    event = read_event(_record(row), handler.decode)
    try:
        await handler.replay(connection, event, reaction=row["reaction"], force=force)
    except Erased:
        return Replayed(id=letter, outcome="erased", reason="its subject was erased")
    return Replayed(id=letter, outcome="done")


def _record(row: asyncpg.Record) -> _Parked:
    headers: list[tuple[str, str | None]] = msgspec.json.decode(row["headers"])
    return _Parked(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        key=row["key"],
        value=row["body"],
        headers=[
            (name, None if value is None else value.encode("latin-1", "replace"))
            for name, value in headers
        ],
    )


def _raised(error: Exception) -> str:
    return f"handling it raised {type(error).__name__}"


async def newest_known(
    connection: Connection, event: Event[Any], tables: Sequence[str], reactions: Sequence[str]
) -> int:
    """The newest version of the event's subject that copies or reactions have met; 0: none.

    Within the event's tenant. Raises Erased where the subject was erased at this version or later.
    """
    where: tuple[UUID, UUID] = (event.organisation_id, event.subject)
    erased = await connection.fetchval(
        "select version from cairn.graves"
        " where organisation_id = $1 and subject = $2 and topic = $3",
        *where,
        event.topic,
    )
    if erased is not None and erased >= event.version:
        raise Erased
    met = [
        await connection.fetchval(
            f"select version from {table} where organisation_id = $1 and id = $2",  # noqa: S608
            *where,
        )
        for table in tables
    ]
    handled = await connection.fetchval(
        "select max(version) from cairn.handled"
        " where organisation_id = $1 and subject = $2 and reaction = any($3)",
        *where,
        reactions,
    )
    return max((version for version in (*met, handled) if version is not None), default=0)
