"""Parking: what could not be handled is put aside with its reason, and the rest flows on."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from chassis import metrics
from chassis.database import Connection
from chassis.envelope import Malformed, parse
from chassis.events import Record, stored_headers
from chassis.logs import logger

log = logger("chassis.parking")


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was put aside, to be told of once that is committed."""

    topic: str
    partition: int
    offset: int
    reaction: str
    reason: str
    dropped: bool  # it names somebody or something erased, and was not kept


async def park(
    connection: Connection, record: Record, reason: str, *, attempts: int
) -> list[Parked]:
    """Put a record aside, within the transaction that passes over it, under the role of the pipes.

    Returns what there is to tell: nothing, where it lies there already.
    """
    organisation_id: UUID | None = None
    subject: UUID | None = None
    version: int | None = None
    try:
        envelope = parse(record.headers)
        organisation_id, subject, version = (
            envelope.organisation_id,
            envelope.subject,
            envelope.version,
        )
    except Malformed:
        pass
    is_new = await connection.fetchval(
        """
        insert into cairn.dead_letters (topic, partition, "offset", organisation_id,
            subject, version, key, headers, body, reason, attempts)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (topic, partition, "offset", reaction) do nothing returning true
        """,
        record.topic,
        record.partition,
        record.offset,
        organisation_id,
        subject,
        version,
        record.key,
        msgspec.json.encode(stored_headers(record.headers)).replace(b"\\u0000", b"\\ufffd"),
        record.value,
        reason[:500],
        attempts,
    )
    return await outcome(
        connection,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reaction="",
        reason=reason[:200],
        is_new=bool(is_new),
    )


async def outcome(
    connection: Connection,
    *,
    topic: str,
    partition: int,
    offset: int,
    reaction: str,
    reason: str,
    is_new: bool,
) -> list[Parked]:
    """What there is to tell of a record that was to be put aside, and is new there or is not.

    The database does not take one that names who was erased.
    """
    lies_there = not is_new and await connection.fetchval(
        """
        select exists (select from cairn.dead_letters
                       where topic = $1 and partition = $2 and "offset" = $3 and reaction = $4)
        """,
        topic,
        partition,
        offset,
        reaction,
    )
    if lies_there:
        return []
    parked = Parked(
        topic=topic,
        partition=partition,
        offset=offset,
        reaction=reaction,
        reason=reason,
        dropped=not is_new,
    )
    return [parked]


def tell(parked: Iterable[Parked]) -> None:
    """Log and count what was parked: after the commit, since what is undone may be done again."""
    for each in parked:
        said = {
            "topic": each.topic,
            "partition": each.partition,
            "offset": each.offset,
            "reaction": each.reaction or None,
            "reason": each.reason,
        }
        if each.dropped:
            metrics.DROPPED.labels(each.topic).inc()
            log.warning("a record that names somebody erased was dropped", **said)
        else:
            metrics.PARKED.labels(each.topic).inc()
            log.error("a record was parked", **said)
