"""Scalars beside GraphQL's own: moments and cursors."""

import re
from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def write_moment(moment: datetime) -> str:
    """As PostgreSQL writes a `timestamptz` in JSON in the time zone that the moment has."""
    text = moment.isoformat(timespec="microseconds")
    whole, fraction, offset = text[:19], text[20:26].rstrip("0"), text[26:]
    return f"{whole}.{fraction}{offset}" if fraction else f"{whole}{offset}"


def read_moment(value: Any) -> datetime:
    message = "A DateTime is RFC 3339 text with an offset, such as 2026-03-01T09:30:00+01:00."
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError(message)
    moment = datetime.fromisoformat(value)
    try:
        moment.astimezone(UTC)
    except OverflowError:  # of the year 1 or 9999, elsewhere of another
        raise ValueError(message) from None
    return moment


def read_text(value: Any) -> str:
    if not isinstance(value, str):
        message = "A Cursor is text that a connection gave out."
        raise TypeError(message)
    return value


Cursor = NewType("Cursor", str)

SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment: ISO 8601 (RFC 3339) with seconds and an offset. Answers have "
        "moments in UTC with the offset +00:00, and a fraction only where it is not zero; a local "
        "time has the offset of its place.",
        serialize=write_moment,
        parse_value=read_moment,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description="A place in a connection, opaque to clients. It stays valid when what it "
        "points at changes or goes.",
        serialize=str,
        parse_value=read_text,
    ),
}

CONFIG = StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True)
