"""Parking: what could not be handled is put aside with its reason, and the rest flows on."""

from uuid import UUID

import msgspec

from chassis import metrics
from chassis.database import Connection
from chassis.envelope import Malformed, parse
from chassis.events import Record, stored_headers
from chassis.logs import logger

log = logger("chassis.parking")


async def park(
    connection: Connection, record: Record, reason: str, *, attempts: int, reaction: str = ""
) -> None:
    """Put a record aside, within the transaction that passes over it, under the role of the pipes.

    With `reaction`, only that reaction has not happened; the rest of the record was handled.
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
    await connection.execute(
        """
        insert into cairn.dead_letters (topic, partition, "offset", reaction, organisation_id,
            subject, version, key, headers, body, reason, attempts)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict (topic, partition, "offset", reaction) do nothing
        """,
        record.topic,
        record.partition,
        record.offset,
        reaction,
        organisation_id,
        subject,
        version,
        record.key,
        msgspec.json.encode(stored_headers(record.headers)).replace(b"\\u0000", b"\\ufffd"),
        record.value,
        reason[:500],
        attempts,
    )
    metrics.PARKED.labels(record.topic).inc()
    log.error(
        "a record was parked",
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reaction=reaction or None,
        reason=reason[:200] if not reaction else reason[:80],
    )
