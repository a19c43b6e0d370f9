"""The record around a body: a CloudEvents 1.0 event in Kafka's binary mode.

The record's key is the aggregate's id, its headers are below, its value is the body as JSON. A
record whose value is null is a tombstone: the aggregate was erased, and so must every copy be.
"""

from typing import Any

import msgspec


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """A header of every record; its value is ASCII text."""

    name: str
    meaning: str
    required: bool = True
    value: str | None = None  # the only one there is
    format: str | None = None  # as JSON Schema names it
    pattern: str | None = None


HEADERS: tuple[Header, ...] = (
    Header(name="ce_specversion", value="1.0", meaning="The version of CloudEvents."),
    Header(
        name="ce_id",
        format="uuid",
        meaning="The event's own id, a UUIDv7: the same when an event is delivered again.",
    ),
    Header(
        name="ce_source",
        format="uri-reference",
        pattern="^/[a-z]+$",
        meaning="The service that publishes the event.",
    ),
    Header(
        name="ce_type",
        pattern=r"^[a-z_]+\.[a-z_]+\.[a-z_]+$",
        meaning="What has just happened to the aggregate. Expect types that you do not know.",
    ),
    Header(name="ce_subject", format="uuid", meaning="The aggregate's id; also the record's key."),
    Header(
        name="ce_time",
        format="date-time",
        meaning="When it was decided. To be shown, never to be sorted by.",
    ),
    Header(
        name="ce_organisation",
        format="uuid",
        meaning="The tenant, which is also the body's `organisation_id`.",
    ),
    Header(
        name="ce_version",
        pattern="^[1-9][0-9]*$",
        meaning="The aggregate's version after the change: 1, 2, 3 and so on, as written.",
    ),
    Header(
        name="ce_actor",
        meaning="Who caused it: a person's id, `service:<name>` or `subject:<a token's sub>`.",
    ),
    Header(
        name="ce_causationid",
        format="uuid",
        meaning="The event or the command that made this event.",
    ),
    Header(name="ce_correlationid", format="uuid", meaning="The request that began it all."),
    Header(
        name="content-type",
        value="application/json",
        required=False,
        meaning="How the body is written. There is no other way, so it may be absent.",
    ),
    Header(
        name="traceparent",
        required=False,
        pattern="^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}",
        meaning="The trace it belongs to (W3C Trace Context).",
    ),
    Header(
        name="tracestate",
        required=False,
        meaning="What tracing systems add to it (W3C Trace Context).",
    ),
)


def headers_schema() -> dict[str, Any]:
    """The JSON Schema of a record's headers, read as text."""
    return {
        "title": "EventHeaders",
        "type": "object",
        "properties": {header.name: _schema(header) for header in HEADERS},
        "required": [header.name for header in HEADERS if header.required],
    }


def _schema(header: Header) -> dict[str, Any]:
    constraints = {"const": header.value, "format": header.format, "pattern": header.pattern}
    return {
        "type": "string",
        "description": header.meaning,
        **{name: value for name, value in constraints.items() if value is not None},
    }
