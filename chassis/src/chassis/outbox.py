"""The outbox: events wait here, written with the change that they tell of."""

from collections.abc import Collection, Sequence
from enum import IntEnum
from uuid import UUID

import msgspec

from chassis.database import Connection

BULK_RATE = 1000  # bulk events a second; both lanes meet in Kafka, where a backlog delays all


class Lane(IntEnum):
    """Bulk work waits behind interactive work, never the other way round."""

    INTERACTIVE = 0
    BULK = 1


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way into the outbox."""

    topic: str
    key: UUID
    headers: dict[str, str]
    body: bytes | None  # None: a tombstone


async def put(
    connection: Connection, organisation_id: UUID, events: Sequence[Waiting], lane: Lane
) -> None:
    """Add events, in their order, to the running transaction.

    An aggregate that has events waiting in the bulk lane stays there, so its order holds. The
    caller has locked the aggregates' rows: nobody else adds events of theirs meanwhile.
    """
    await connection.execute(
        """
        insert into cairn.outbox (organisation_id, lane, topic, key, headers, body)
        select $1,
               case when $2 = 1 or cairn.is_behind(event.topic, event.key) then 1 else 0 end,
               event.topic, event.key, event.headers, event.body
        from unnest($3::text[], $4::uuid[], $5::jsonb[], $6::bytea[])
             with ordinality as event (topic, key, headers, body, place)
        order by event.place
        """,
        organisation_id,
        int(lane),
        [event.topic for event in events],
        [event.key for event in events],
        [msgspec.json.encode(event.headers) for event in events],
        [event.body for event in events],
    )


async def forget_parked(connection: Connection, topic: str, keys: Collection[UUID]) -> None:
    """Delete what Kafka refused for good of these keys, so that what follows can go out."""
    await connection.execute(
        "delete from cairn.outbox where topic = $1 and key = any($2) and parked is not null",
        topic,
        list(keys),
    )
