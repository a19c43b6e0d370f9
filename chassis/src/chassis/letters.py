"""What is parked in a service's database, for operators: dead letters, and events Kafka refused.

A dead letter's id is its number; an event's in the outbox is `outbox:<position>`. What they say of
people is in `body` and perhaps in `headers`, which others may have written.
"""

import re
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from chassis.database import Connection

OUTBOX = "outbox:"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Something parked; `reaction` is empty where all of the record was."""

    id: str
    topic: str
    partition: int | None  # None: it never got to the log
    offset: int | None
    reaction: str
    organisation_id: UUID | None
    subject: UUID | None
    version: int | None
    headers: list[tuple[str, str | None]]  # as they came, bytes as Latin-1
    body: bytes | None  # None: a tombstone
    reason: str
    attempts: int | None
    parked_at: datetime  # of an event in the outbox, when it was announced

    @property
    def event_id(self) -> UUID | None:
        """Of the event, where the record says one."""
        try:
            return UUID(dict(self.headers).get("ce_id") or "")
        except ValueError:
            return None


_DEAD = """
    select id::text, topic, partition, "offset", reaction, organisation_id, subject, version,
           headers, body, reason, attempts, parked_at
    from cairn.dead_letters
"""
_REFUSED = f"""
    select '{OUTBOX}' || position as id, topic, null::int as partition, null::bigint as "offset",
           '' as reaction, organisation_id, key as subject,
           (headers ->> 'ce_version')::bigint as version,
           (select jsonb_agg(jsonb_build_array(key, value)) from jsonb_each_text(headers))
               as headers,
           body, parked as reason, null::int as attempts, created_at as parked_at
    from cairn.outbox where parked is not null
"""  # noqa: S608


async def letters(connection: Connection) -> list[Letter]:
    """All that is parked, the oldest first. As the role of the pipes."""
    rows = await connection.fetch(f"{_DEAD} union all {_REFUSED} order by parked_at, id")
    return [_letter(row) for row in rows]


def _letter(row: asyncpg.Record) -> Letter:
    # A decoder that meets a word it does not know quotes it in the reason.
    reason = re.sub("'.*'", "'…'", row["reason"], flags=re.DOTALL)
    headers = msgspec.json.decode(row["headers"])
    return msgspec.convert(dict(row) | {"reason": reason, "headers": headers}, Letter)


async def release(connection: Connection, letter: Letter) -> bool:
    """Have the relay try an event of the outbox again; whether it was parked still."""
    status = await connection.execute(
        "update cairn.outbox set parked = null where position = $1 and parked is not null",
        int(letter.id.removeprefix(OUTBOX)),
    )
    return not status.endswith(" 0")


async def discard(connection: Connection, letter: Letter, *, by: str, because: str) -> bool:
    """Throw a letter away, and remember who did it and why; whether it was there still.

    Within the caller's transaction. Later events of the same key go on, where it was in the outbox.
    """
    if letter.id.startswith(OUTBOX):
        status = await connection.execute(
            "delete from cairn.outbox where position = $1 and parked is not null",
            int(letter.id.removeprefix(OUTBOX)),
        )
    else:
        status = await connection.execute(
            "delete from cairn.dead_letters where id = $1", int(letter.id)
        )
    if status.endswith(" 0"):
        return False
    await connection.execute(
        """
        insert into cairn.discarded (parked, topic, partition, "offset", reaction, organisation_id,
            event_id, subject, version, parked_because, parked_at, discarded_by, discarded_because)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        letter.id,
        letter.topic,
        letter.partition,
        letter.offset,
        letter.reaction,
        letter.organisation_id,
        str(letter.event_id) if letter.event_id else None,
        letter.subject,
        letter.version,
        letter.reason,
        letter.parked_at,
        by,
        because,
    )
    return True
