"""Connections of rows in memory, cut as Relay says."""

import base64
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gateway.schema.scalars import write_moment
from support.reading.orders import Keys, Row, key_of, tag_of


def page(
    rows: list[Row],
    keys: Keys,
    *,
    descending: bool = False,
    ranks: Mapping[UUID, int] | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    def key(row: Row) -> tuple[Any, ...]:
        return key_of(row, keys, ranks)

    ordered = sorted(rows, key=key, reverse=descending)
    cursors = [write_cursor(row, keys, key(row)) for row in ordered]
    places = list(range(len(ordered)))

    def is_after(place: int, cursor: str) -> bool:
        ours, theirs = key(ordered[place]), read_cursor(cursor, key(ordered[place]))
        return ours < theirs if descending else ours > theirs

    between = places
    if after is not None:
        between = [place for place in between if is_after(place, after)]
    if before is not None:
        between = [
            place for place in between if not is_after(place, before) and cursors[place] != before
        ]
    if last is not None:
        chosen = between[-last:]
        has_previous = len(between) > last
        has_next = before is not None and any(
            is_after(place, before) or cursors[place] == before for place in places
        )
    else:
        size = 20 if first is None else first
        chosen = between[:size]
        has_next = len(between) > size
        has_previous = after is not None and any(not is_after(place, after) for place in places)
    return {
        "edges": [{"node": ordered[place], "cursor": cursors[place]} for place in chosen],
        "pageInfo": {
            "hasNextPage": has_next,
            "hasPreviousPage": has_previous,
            "startCursor": cursors[chosen[0]] if chosen else None,
            "endCursor": cursors[chosen[-1]] if chosen else None,
        },
        "totalCount": len(rows),
    }


def write_cursor(row: Row, keys: Keys, key: tuple[Any, ...]) -> str:
    def text(value: Any) -> str:
        match value:
            case datetime():
                return write_moment(value)
            case date():
                return value.isoformat()
            case float():
                return repr(value).removesuffix(".0")
            case _:
                return str(value)

    parts = json.dumps([tag_of(type(row).__name__, keys), *map(text, key)], ensure_ascii=False)
    return base64.urlsafe_b64encode(parts.encode()).decode().rstrip("=")


def read_cursor(cursor: str, like: tuple[Any, ...]) -> tuple[Any, ...]:
    _, *parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))

    def value(part: str, example: Any) -> Any:
        match example:
            case datetime():
                return datetime.fromisoformat(part)
            case date():
                return date.fromisoformat(part)
            case float() | int():
                return type(example)(part)
            case UUID():
                return UUID(part)
            case _:
                return part

    return tuple(map(value, parts, like))
