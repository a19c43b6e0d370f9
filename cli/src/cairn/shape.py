"""The shape of a parked record: names, types and sizes of what it says, never what it says.

Only names that are ours are shown; whoever wrote a record may have put anything into its others.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from contracts.catalogue import TOPICS, json_schema

UNKNOWN = "(unknown)"

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_HEADERS = {
    "ce_specversion": r"\d\.\d",
    "ce_id": _UUID,
    "ce_source": r"/[a-z]{1,40}",
    "ce_type": r"[a-z]{1,40}\.[a-z_]{1,40}\.[a-z_]{1,40}",
    "ce_subject": _UUID,
    "ce_time": r"\d{4}-\d\d-\d\dT[\d:.]{5,20}(Z|[+-]\d\d:\d\d)",
    "ce_organisation": _UUID,
    "ce_version": r"\d{1,19}",
    "ce_actor": rf"{_UUID}|service:[a-z]{{1,40}}",  # `subject:…` may be somebody's address
    "ce_causationid": _UUID,
    "ce_correlationid": _UUID,
    "content-type": r"application/json",
    "traceparent": r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}",
}


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Of a body: where, what, and how long it is (characters, or items) from least to most."""

    path: str
    type: str
    least: int | None = None
    most: int | None = None


def headers(found: list[tuple[str, str | None]]) -> dict[str, str]:
    """Our headers, with the values that have the form they should have; of others the size."""
    shown: dict[str, str] = {}
    for name, value in found:
        form = _HEADERS.get(name)
        if form and value is not None and re.fullmatch(form, value):
            shown[name] = value
        else:
            known = name if name in (*_HEADERS, "tracestate") else UNKNOWN
            shown[known] = "(null)" if value is None else f"({len(value)} bytes)"
    return shown


def body(topic: str, content: bytes | None) -> list[Part]:
    """One part for each path of a body; items of a list count as one path."""
    if content is None:
        return [Part(path="", type="tombstone")]
    try:
        found = list(_walk(msgspec.json.decode(content), "", _names(topic)))
    except (msgspec.DecodeError, RecursionError):
        return [
            Part(path="", type="no readable JSON, in bytes", least=len(content), most=len(content))
        ]
    parts: dict[tuple[str, str], Part] = {}
    for path, type_, size in found:
        seen = parts.get((path, type_))
        sizes = [
            each for each in (size, seen and seen.least, seen and seen.most) if each is not None
        ]
        parts[path, type_] = Part(
            path=path, type=type_, least=min(sizes, default=None), most=max(sizes, default=None)
        )
    return list(parts.values())


def _walk(value: Any, path: str, names: frozenset[str]) -> Iterator[tuple[str, str, int | None]]:
    match value:
        case dict():
            yield path, "object", len(value)
            for name, inner in value.items():
                shown = name if name in names else UNKNOWN
                yield from _walk(inner, f"{path}.{shown}".removeprefix("."), names)
        case list():
            yield path, "list", len(value)
            for inner in value:
                yield from _walk(inner, f"{path}[]", names)
        case str():
            yield path, "text", len(value)
        case bool():
            yield path, "yes or no", None
        case None:
            yield path, "null", None
        case _:
            yield path, "number", None


def _names(topic: str) -> frozenset[str]:
    """The names of all fields that bodies of a topic have, at any depth."""
    if topic not in TOPICS:
        return frozenset()
    schema = json_schema(TOPICS[topic])
    objects = (schema, *schema["$defs"].values())
    return frozenset(name for each in objects for name in each.get("properties", ()))
