"""How connections are ordered, said once more: for plain execution, and for cursors to be made."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

Row = Any
Keys = tuple[str, ...]

BY_NAME: Keys = ("family_name", "given_name")

USUAL: dict[str, Keys] = {
    "Site": ("name",),
    "Person": BY_NAME,
    "Programme": ("starts_on",),
    "Enrolment": ("enrolled_at",),
    "MatchingRun": ("requested_at",),
    "Draft": ("score",),
    "Pairing": ("proposed_at",),
    "MentorRequest": ("asked_at",),
    "Exclusion": ("made_at",),
    "Session": ("starts_at",),
    "Goal": ("set_at",),
    "Roadmap": ("drawn_at",),
    "Feedback": ("given_at",),
    "Notification": ("posted_at",),
    "Erasure": ("requested_at",),
}
NAMED: dict[str, dict[str, Keys]] = {
    "Site": {"NAME": ("name",), "CITY": ("city", "name")},
    "Person": {"NAME": BY_NAME, "JOINED_AT": ("joined_at",)},
    "Programme": {"STARTS_ON": ("starts_on",), "NAME": ("name",)},
    "Enrolment": {"ENROLLED_AT": ("enrolled_at",), "WAITING_SINCE": ("waiting_since",)},
    "MatchingRun": {"REQUESTED_AT": ("requested_at",)},
    "Draft": {"SCORE": ("score",)},
    "Pairing": {"PROPOSED_AT": ("proposed_at",), "SCORE": ("score",)},
    "MentorRequest": {"ASKED_AT": ("asked_at",)},
    "Exclusion": {"MADE_AT": ("made_at",)},
    "Session": {"STARTS_AT": ("starts_at",)},
    "Roadmap": {"DRAWN_AT": ("drawn_at",)},
    "Goal": {"SET_AT": ("set_at",), "DUE_ON": ("due_by",)},
    "Feedback": {"GIVEN_AT": ("given_at",)},
    "Notification": {"POSTED_AT": ("posted_at",)},
    "Erasure": {"REQUESTED_AT": ("requested_at",)},
}


def keys_of(node: str, order: str | None, *, searched: bool = False) -> Keys:
    """The keys that rows of a type are ordered by, where `orderBy` is this word, or none."""
    if order is not None:
        return NAMED[node][order.rpartition("_")[0]]
    return ("rank", *BY_NAME) if searched else USUAL[node]


def keys_for(node: str, arguments: Mapping[str, Any]) -> Keys:
    """The same for a connection with these arguments."""
    order = arguments.get("orderBy")
    return keys_of(node, order and order.name, searched=arguments.get("search") is not None)


def tag_of(node: str, keys: Keys) -> str:
    """What a cursor begins with."""
    return node if keys == USUAL[node] else " ".join([node, *keys])


def key_of(row: Row, keys: Keys, ranks: Mapping[Any, int] | None = None) -> tuple[Any, ...]:
    """Where a row stands. `ranks` are of the rows that a search found, by their ids."""

    def value(name: str) -> Any:
        if name == "rank":
            return (ranks or {})[row.id]
        if name == "due_by":
            return row.due_on or date(9999, 12, 31)
        if name == "waiting_since":
            return row.waiting.since if row.waiting else datetime(9999, 12, 31, tzinfo=UTC)
        return getattr(row, name)

    return tuple(map(value, (*keys, "id")))
