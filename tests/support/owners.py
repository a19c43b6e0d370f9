"""An owner that has what a test publishes in its name.

Whose database does not have what its log says stands still: it takes itself for restored.
"""

from contextlib import suppress
from uuid import UUID

import msgspec

from chassis.text import refuse_unstorable
from contracts.catalogue import TOPICS
from support.harness import Heard
from support.judges.states import OWNED
from support.running import RunningPlatform


async def owned(platform: RunningPlatform, record: Heard) -> None:
    """Give the owner the record's state, unless nobody could read it as one."""
    topic = TOPICS[record.topic]
    headers = dict(record.headers)
    with suppress(KeyError, ValueError, AttributeError, RecursionError, msgspec.DecodeError):
        state = msgspec.json.decode(record.value or b"", type=topic.body)
        if rb"\u0000" in (record.value or b"") and refuse_unstorable(state):
            return
        organisation_id = UUID(headers["ce_organisation"].decode())
        subject, version = UUID(headers["ce_subject"].decode()), int(headers["ce_version"])
        await _keep(platform, record, topic.publisher, organisation_id, subject, version)


async def _keep(
    platform: RunningPlatform,
    record: Heard,
    service: str,
    organisation_id: UUID,
    subject: UUID,
    version: int,
) -> None:
    assert record.value is not None
    database = await platform.database(service)
    try:
        # What it refers to need not be there.
        await database.execute("set session_replication_role = replica")
        await database.execute(
            f"""
            insert into {OWNED[record.topic]} (organisation_id, id, version, state)
            values ($1, $2, $3, $4)
            on conflict (organisation_id, id)
                do update set version = excluded.version, state = excluded.state
            """,
            organisation_id,
            subject,
            version,
            record.value.decode(),
        )
    finally:
        await database.close()
