"""Hostile documents are refused before they cost much: counted in calls, not in seconds."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from gateway.planner import Planner, RequestError
from support.hostile import DOCUMENTS, TWO, Hostile, chain

MOST_CALLS = 400_000  # of functions: less than 50 ms, where nothing else runs


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those of C too."""
    count = 0

    def note(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def refusal(planner: Planner, hostile: Hostile) -> str | None:
    try:
        planner.plan(hostile.text, None, hostile.variables)
    except RequestError as error:
        return error.code
    return None


@pytest.mark.parametrize("hostile", DOCUMENTS, ids=lambda each: each.name)
def test_it_is_refused_before_it_costs_much(planner: Planner, hostile: Hostile) -> None:
    codes: list[str | None] = []

    assert calls(lambda: codes.append(refusal(planner, hostile))) < MOST_CALLS
    assert codes == [hostile.code]


@pytest.mark.parametrize("body", [TWO, "...NEXT ...NEXT", "id manager { ...NEXT ...NEXT }"])
def test_fragments_twice_as_many_take_at_most_about_twice_as_long(
    planner: Planner, body: str
) -> None:
    few, many = (
        calls(lambda: refusal(planner, Hostile("", chain(length, body), "TOO_LARGE")))  # noqa: B023
        for length in (25, 50)
    )
    assert many < 2.5 * few
