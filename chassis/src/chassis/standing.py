"""How far a service is, as its database says: where it reads on, and what waits in it."""

from datetime import datetime

import msgspec

from chassis.database import Connection
from chassis.outbox import Lane


class Position(msgspec.Struct, frozen=True, kw_only=True):
    topic: str
    partition: int
    next: int
    moved_at: datetime


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits; `age` is the oldest's, in seconds, None where nothing waits."""

    depth: int
    age: float | None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Of one service."""

    positions: list[Position]
    interactive: Queue  # events in the outbox
    bulk: Queue
    refused: int  # events that Kafka refused
    dead: int  # dead letters
    waiting: Queue  # reactions
    due: Queue  # deliveries
    standstill: str | None  # why the service does no work


async def standing(connection: Connection) -> Standing:
    """As the role of the pipes."""
    rows = await connection.fetch(
        "select topic, partition, next, moved_at from cairn.positions order by topic, partition"
    )
    lanes = [
        await _queue(connection, "cairn.outbox", "created_at", f"parked is null and lane = {lane}")
        for lane in Lane
    ]
    return Standing(
        positions=[msgspec.convert(dict(row), Position) for row in rows],
        interactive=lanes[Lane.INTERACTIVE],
        bulk=lanes[Lane.BULK],
        refused=await _count(connection, "cairn.outbox where parked is not null"),
        dead=await _count(connection, "cairn.dead_letters"),
        waiting=await _queue(connection, "cairn.waiting", "since", "true"),
        due=await _queue(
            connection, "cairn.deliveries", "due_at", "settled_at is null and due_at <= now()"
        ),
        standstill=await connection.fetchval("select reason from cairn.standstill"),
    )


async def _queue(connection: Connection, table: str, since: str, where: str) -> Queue:
    row = await connection.fetchrow(
        f"select count(*) as depth,"  # noqa: S608
        f" extract(epoch from now() - min({since}))::float as age from {table} where {where}"
    )
    assert row is not None
    return Queue(depth=row["depth"], age=row["age"])


async def _count(connection: Connection, table: str) -> int:
    return await connection.fetchval(f"select count(*) from {table}") or 0  # noqa: S608
