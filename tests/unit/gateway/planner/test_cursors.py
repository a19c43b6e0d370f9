"""Cursors come back as they were, and whatever else comes is refused, never raised upon."""

import base64
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.planner import global_id, read_global_id
from gateway.planner.cursors import read_cursor

ID = UUID("0193b6f0-0000-7000-8000-000000000001")


def written(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_text_comes_back(name: str) -> None:
    assert read_cursor(written("Site", name, str(ID)), "Site", ["text", "uuid"]) == (name, ID)


def test_moments_and_days_come_back() -> None:
    moment = datetime(2026, 3, 1, 9, 30, 0, 120, tzinfo=UTC)
    cursor = written("Goal", "2026-03-01T09:30:00.00012+00:00", "2026-03-01", str(ID))
    types = ["timestamptz", "date", "uuid"]
    assert read_cursor(cursor, "Goal", types) == (moment, date(2026, 3, 1), ID)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%%%",
        "WyJHb2FsIl0",  # ["Goal"]: no keys
        written("Goal", "x"),
        written("Goal", str(ID), str(ID)),
        written("Site", str(ID)),
        written("Goal", 1),
        written(),
        written("Goal", "not a uuid"),
        base64.urlsafe_b64encode(b'["Goal", "\xff"]').decode(),
        base64.urlsafe_b64encode(b'{"Goal": 1}').decode(),
        base64.urlsafe_b64encode(b'["Goal", "\\ud800"]').decode(),
        "é",
    ],
)
def test_what_is_no_cursor_of_the_type(cursor: str) -> None:
    assert read_cursor(cursor, "Goal", ["uuid"]) is None


def test_keys_that_postgresql_cannot_hold_or_compare() -> None:
    assert read_cursor(written("Site", "a\x00b", str(ID)), "Site", ["text", "uuid"]) is None
    naive = written("Goal", "2026-03-01T09:30:00", str(ID))
    assert read_cursor(naive, "Goal", ["timestamptz", "uuid"]) is None


@given(st.text())
def test_nothing_raises(text: str) -> None:
    assert read_cursor(text, "Goal", ["timestamptz", "uuid"]) is None
    assert read_global_id(text) is None


def test_global_ids() -> None:
    assert read_global_id(global_id("Person", ID)) == ("Person", ID)
    for text in (
        "",
        "Person",
        "Person:",
        f"Person:{ID}0",
        f"{ID}",
        f"Person:{ID.hex}",
        f":{'x' * 36}",
    ):
        assert read_global_id(text) is None
