"""Cursors: the values by which a row stands where it does, so that a page can begin after it.

A cursor is not signed: it says where to start among the rows that the viewer may see anyway.
"""

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec


def cursor_sql(tag: str, keys: Sequence[str]) -> str:
    """The expression of a row's cursor: `keys` are the columns that the rows are ordered by."""
    values = ", ".join([f"'{tag}'", *keys])
    encoded = f"encode(convert_to(json_build_array({values})::text, 'UTF8'), 'base64')"
    return f"translate({encoded}, E'+/=\\n', '-_')"


def read_cursor(text: str, tag: str, types: Sequence[str]) -> tuple[object, ...] | None:
    """The keys within, of the given PostgreSQL types; None where it is no cursor of such rows."""
    try:
        padded = text + "=" * (-len(text) % 4)
        written = msgspec.json.decode(
            base64.b64decode(padded, b"-_", validate=True), type=list[str]
        )
        given, *keys = written
        if given != tag:
            return None
        return tuple(_READERS[type_](key) for type_, key in zip(types, keys, strict=True))
    except (ValueError, OverflowError, msgspec.MsgspecError):
        return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _text(text: str) -> str:
    if "\x00" in text:
        raise ValueError
    return text


def _number(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**63:
        raise ValueError
    return number


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) >= 2**31:
        raise ValueError
    return number


_READERS: dict[str, Callable[[str], object]] = {
    "bigint": _number,
    "date": date.fromisoformat,
    "double precision": float,
    "int": _integer,
    "text": _text,
    "timestamptz": _moment,
    "uuid": UUID,
}
