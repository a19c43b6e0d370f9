"""The trail of events: what is said around each, kept for good, and never what it says."""

from chassis.database import Connection
from chassis.events import Batch

MONTHS_AHEAD = 3  # that have their partition made before they begin


async def record(connection: Connection, events: Batch) -> None:
    """Keep the headers of events that are not kept yet."""
    envelopes = [event.envelope for event in events]
    await connection.execute(
        """
        insert into events (organisation_id, id, type, source, subject, version, "time", actor,
            causation_id, correlation_id, traceparent)
        select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[],
            $6::bigint[], $7::timestamptz[], $8::text[], $9::uuid[], $10::uuid[], $11::text[])
        on conflict do nothing
        """,
        [envelope.organisation_id for envelope in envelopes],
        [envelope.id for envelope in envelopes],
        [envelope.type for envelope in envelopes],
        [envelope.source for envelope in envelopes],
        [envelope.subject for envelope in envelopes],
        [envelope.version for envelope in envelopes],
        [envelope.time for envelope in envelopes],
        [envelope.actor for envelope in envelopes],
        [envelope.causation_id for envelope in envelopes],
        [envelope.correlation_id for envelope in envelopes],
        [envelope.trace.get("traceparent") for envelope in envelopes],
    )


async def prepare_months(connection: Connection) -> None:
    """Make the partitions of this month and the next ones, where they are missing."""
    await connection.execute("select prepare_event_months($1)", MONTHS_AHEAD)
