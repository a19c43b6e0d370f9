"""What the two people read, and the hours between them."""

import math
from datetime import date
from uuid import uuid4

import pytest

from contracts.matching import Rules
from matching.matcher.criteria import hours_ahead, hours_apart
from matching.matcher.reasons import explain, score_of
from support.participants import participant

ORGANISATION = uuid4()


def test_reasons_are_sentences_for_the_two_the_weightiest_first() -> None:
    mentee = participant(
        ORGANISATION,
        skills_sought=["SQL", "data  analysis", "Negotiation"],
        interests=["Chess", "Sailing"],
        values=["openness"],
        languages=["en-GB", "pt-BR", "xx"],
    )
    mentor = participant(
        ORGANISATION,
        site_id=uuid4(),
        skills_offered=["Data Analysis", "sql", "Poker"],
        interests=["chess", "Opera"],
        values=["courage"],
        languages=["pt-PT", "en", "ja", "xx"],
    )
    reasons = explain(mentee, mentor, Rules(), apart=1.5)

    assert [(reason.criterion, reason.sentence) for reason in reasons] == [
        ("skills", "Offers 2 of the 3 skills sought: SQL and data analysis."),
        ("hours", "Your working hours are 1.5 hours apart."),
        ("interests", "Interests you share: Chess."),
        ("languages", "Languages you share: English, Portuguese and xx."),
        ("other_site", "You work at different sites: a wider network for both of you."),
    ]
    assert [reason.share * 9 for reason in reasons] == pytest.approx(
        [2, 0.875, 0.5, 0.5, 0.5], rel=1e-3
    )
    assert score_of(reasons) == pytest.approx(4.375 / 9)


def test_nothing_of_one_person_alone_is_told_to_the_other() -> None:
    secret = ["secret"]
    mentee = participant(
        ORGANISATION, skills_sought=secret, interests=secret, values=secret, languages=["xx"]
    )
    mentor = participant(ORGANISATION, skills_offered=["known"], skills=secret, languages=["yy"])

    told = " ".join(reason.sentence for reason in explain(mentee, mentor, Rules(), apart=0))
    assert told == "Your working hours are the same."


def test_a_skill_is_the_same_by_any_of_its_names() -> None:
    mentee = participant(ORGANISATION, skills_sought=["Data Analysis", "knot tying"])
    mentor = participant(ORGANISATION, skills_offered=["statistics", "Knot  tying"])

    assert explain(mentee, mentor, Rules(), apart=12)[0].sentence == (
        "Offers 2 of the 2 skills sought: Data Analysis and knot tying."
    )


def test_long_lists_are_cut() -> None:
    skills = [f"skill {n}" for n in range(8)]
    mentee = participant(ORGANISATION, skills_sought=skills)
    mentor = participant(ORGANISATION, skills_offered=skills)

    assert explain(mentee, mentor, Rules(), apart=12)[0].sentence == (
        "Offers 8 of the 8 skills sought: skill 0, skill 1, skill 2, skill 3, skill 4 and 3 more."
    )


@pytest.mark.parametrize(
    ("one", "other", "on", "apart"),
    [
        ("Europe/Lisbon", "Europe/Lisbon", date(2026, 1, 1), 0),
        ("Europe/London", "America/New_York", date(2026, 1, 15), 5),
        ("Europe/London", "America/New_York", date(2026, 3, 15), 4),  # summer time has begun there
        ("Asia/Kolkata", "Asia/Kathmandu", date(2026, 6, 1), 0.25),
        ("Pacific/Auckland", "Pacific/Honolulu", date(2026, 6, 1), 2),  # over the date line
        ("Pacific/Kiritimati", "Pacific/Pago_Pago", date(2026, 6, 1), 1),
    ],
)
def test_hours_apart_are_those_of_the_day(one: str, other: str, on: date, apart: float) -> None:
    assert hours_apart(hours_ahead(one, on), hours_ahead(other, on)) == apart


def test_an_unknown_time_zone_speaks_for_nobody() -> None:
    ahead = hours_ahead("Nowhere/Land", date(2026, 1, 1))
    mentee, mentor = participant(ORGANISATION), participant(ORGANISATION)

    assert math.isnan(ahead)
    assert math.isnan(hours_apart(ahead, 1.0))
    reasons = explain(mentee, mentor, Rules(), apart=hours_apart(ahead, 1.0))
    assert [reason.criterion for reason in reasons] == ["languages"]
