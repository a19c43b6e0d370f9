"""Occupations are found by words as people type them."""

from typing import Any

import msgspec
import pytest

from gateway import occupations
from taxonomy import taxonomy


def titles(text: str) -> list[str]:
    found: list[dict[str, Any]] = msgspec.json.decode(occupations.search_occupations(text))
    return [each["title"] for each in found]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("software developer", "software developer"),
        ("Software DEV", "software developer"),
        ("sofware developper", "software developer"),
        ("accountent", "accountant"),
        ("ICT project manager", "ICT project manager"),
    ],
)
def test_the_best_comes_first(text: str, first: str) -> None:
    assert titles(text)[0] == first


@pytest.mark.parametrize("text", ["", "  ", "!?", "spectrometer whisperer"])
def test_where_there_is_none(text: str) -> None:
    assert titles(text) == []


def test_never_more_than_twenty() -> None:
    assert len(titles("a")) == occupations.MOST_FOUND


def test_every_occupation_is_found_by_its_title_and_by_its_uri() -> None:
    for each in list(taxonomy().occupations.values())[::50]:
        assert each.title in titles(each.title), each.title
        told = msgspec.json.decode(occupations.occupation_by_uri(each.uri) or "null")
        assert (told["title"], len(told["skills"])) == (each.title, len(each.skills))
    assert occupations.occupation_by_uri("http://example.org/wizard") is None
