"""What follows from the answers, and what an assessment takes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.refusals import Invalid
from contracts.direction import (
    Answer,
    Assessment,
    Part,
    SkillLevel,
    Statement,
    Theme,
    WorkValue,
)
from profiles.domain.assessment import Given, assess, interests

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
STATEMENTS = [statement for statement in Statement if statement is not Statement.UNKNOWN]
URIS = {"sql": "uri:sql", "structured query language": "uri:sql"}


def said(before: Assessment | None = None, *, now: datetime = NOW, **given: Any) -> Assessment:
    return assess(
        before,
        Given(**given),
        organisation_id=uuid4(),
        person_id=uuid4(),
        now=now,
        uri_of=lambda label: URIS.get(label.casefold(), ""),
    )


def answer(statement: Statement, liking: int) -> Answer:
    return Answer(statement=statement, liking=liking)


@given(st.dictionaries(st.sampled_from(STATEMENTS), st.integers(1, 5)))
def test_interests_are_in_order_and_of_what_was_answered(likings: dict[Statement, int]) -> None:
    found = interests([answer(statement, liking) for statement, liking in likings.items()])

    assert all(0 <= each.score <= 1 for each in found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    for theme in Theme:
        answered = sum(statement[0].lower() == theme[0] for statement in likings)
        assert (theme in {each.theme for each in found}) == (answered >= 2)


@given(st.lists(st.integers(1, 5), min_size=24, max_size=24), st.integers(0, 23))
def test_liking_something_more_never_lowers_its_theme(likings: list[int], place: int) -> None:
    before = dict(zip(STATEMENTS, likings, strict=True))
    after = before | {STATEMENTS[place]: 5}
    theme = STATEMENTS[place][0].lower()

    scores = [
        next(
            each.score
            for each in interests([answer(*item) for item in of.items()])
            if each.theme[0] == theme
        )
        for of in (before, after)
    ]

    assert scores[0] <= scores[1]


def test_one_answer_of_a_theme_says_nothing() -> None:
    assert interests([answer(Statement.R1, 5)]) == []
    assert [
        each.score for each in interests([answer(Statement.R1, 5), answer(Statement.R2, 3)])
    ] == [0.75]


def test_what_is_not_said_stays() -> None:
    first = said(strengths=["patience"], values=[WorkValue.SUPPORT])

    second = said(first, now=NOW + timedelta(days=1), values=[])

    assert (second.strengths, second.values) == (["patience"], [])
    assert (second.id, second.made_at) == (first.id, NOW)
    assert second.changed_at == NOW + timedelta(days=1)
    assert said(second, now=NOW + timedelta(days=2), strengths=["patience"]) == second


def test_a_skill_under_two_names_is_one_skill() -> None:
    skills = [
        SkillLevel(label="SQL", level=2),
        SkillLevel(label="Structured Query Language", level=4),
        SkillLevel(label="charm", level=1),
        SkillLevel(label="Charm", level=5),
    ]

    kept = said(skills=skills).skills

    assert [(each.label, each.skill, each.level) for each in kept] == [
        ("Structured Query Language", "uri:sql", 4),
        ("Charm", "", 5),
    ]


def test_that_it_was_shared_is_remembered() -> None:
    private = said(strengths=["patience"])
    shared = said(private, shared=[Part.STRENGTHS])
    again = said(shared, shared=[])

    assert [each.was_shared for each in (private, shared, again)] == [False, True, True]
    assert again.shared == []


@pytest.mark.parametrize(
    "given",
    [
        {"answers": [answer(Statement.R1, 1), answer(Statement.R1, 2)]},
        {"answers": [answer(Statement.UNKNOWN, 1)]},
        {"values": [WorkValue.SUPPORT, WorkValue.SUPPORT]},
        {"shared": [Part.UNKNOWN]},
    ],
)
def test_what_means_nothing(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        said(**given)
