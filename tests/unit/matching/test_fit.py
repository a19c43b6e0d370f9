"""A pair's fit: by blocks, by columns, pair by pair and in words, always the same."""

from datetime import date, time
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.matching import Rules, Scope
from contracts.profiles import Person, Position, Window
from matching.domain.programme import CRITERIA
from matching.matcher.criteria import hours_ahead, hours_apart
from matching.matcher.forbidden import why_not
from matching.matcher.hard import HardRule, forbidding, obstacles
from matching.matcher.meaning import FAR, LENGTH, Closeness, Meanings, Near
from matching.matcher.pool import Pool, make_pool
from matching.matcher.reasons import explain, score_of
from matching.matcher.scores import Scores
from support.participants import participant

ORGANISATION = uuid4()
ON = date(2026, 11, 24)
IDS = [UUID(int=100 + n) for n in range(12)]
TARGET = "http://data.europa.eu/esco/occupation/00030d09-2b3a-4efd-87cc-c4ea39d27c34"

WORDS = st.lists(st.sampled_from(["a", "B", "b ", "c", "d"]), max_size=3)
WEIGHTS = st.sampled_from([0.0, 0.5, 1.0, 3.0])
WINDOWS = st.lists(
    st.builds(
        Window,
        weekday=st.integers(1, 7),
        opens=st.sampled_from([time(6), time(9, 15)]),
        closes=st.sampled_from([time(12), time(23, 59)]),
    ),
    max_size=2,
)


@st.composite
def rules_of(draw: st.DrawFn) -> Rules:
    weights: dict[str, Any] = {f"weight_{each}": draw(WEIGHTS) for each in CRITERIA}
    weights["weight_hours"] = draw(st.sampled_from([0.5, 1.0]))
    return Rules(
        common_language=draw(st.booleans()),
        max_hours_apart=draw(st.sampled_from([None, 2, 6])),
        min_hours_shared=draw(st.sampled_from([None, 5.0, 20.0])),
        reporting_steps=draw(st.integers(1, 3)),
        site=draw(st.sampled_from([Scope.ANY, Scope.SAME, Scope.OTHER])),
        department=draw(st.sampled_from([Scope.ANY, Scope.SAME, Scope.OTHER])),
        min_levels_above=draw(st.sampled_from([None, -1, 1])),
        max_levels_above=draw(st.sampled_from([None, 1, 3])),
        **weights,
    )


@st.composite
def person_of(draw: st.DrawFn, person_id: UUID) -> Person:
    zones = ("Europe/Lisbon", "Asia/Kolkata", "America/Lima", "Pacific/Auckland", "Nowhere/Land")
    return participant(
        ORGANISATION,
        id=person_id,
        site_id=draw(st.sampled_from(IDS[:3])),
        time_zone=draw(st.sampled_from(zones)),
        languages=draw(st.lists(st.sampled_from(["en", "pt-BR", "pt-PT", "ja"]), max_size=2)),
        skills_sought=draw(WORDS),
        skills_offered=draw(WORDS),
        interests=draw(WORDS),
        values=draw(WORDS),
        manager_id=draw(st.sampled_from([None, *IDS])),
        job_title=draw(st.sampled_from(["Technical Director", "Director of Sales", "Buyer"])),
        department=draw(st.sampled_from(["", "Sales", "sales ", "Legal"])),
        level=draw(st.sampled_from([None, 1, 2, 4])),
        occupation=draw(st.sampled_from(["", TARGET, "own:7"])),
        career=draw(
            st.lists(st.builds(Position, title=st.just("Sales lead"), occupation=st.just("own:7")))
        )[:1],
        target_occupation=draw(st.sampled_from(["", TARGET, "own:7"])),
        working_styles=draw(WORDS),
        background=draw(WORDS),
        availability=draw(WINDOWS),
    )


@st.composite
def meanings_of(draw: st.DrawFn, people: int) -> Meanings:
    vectors = np.zeros((people, 2), np.int16)
    space = np.array(draw(st.lists(st.integers(0, 2), min_size=people, max_size=people)), np.int8)
    for place in np.flatnonzero(space):
        angle = draw(st.sampled_from([0.0, 0.4, 1.0, 2.0]))
        vectors[place] = np.rint([LENGTH * np.cos(angle), LENGTH * np.sin(angle)])
    return Meanings(vectors, space)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Person], list[Person], Rules, Pool]:
    people = [draw(person_of(each)) for each in IDS[: draw(st.integers(1, 9))]]
    mentees = [person for person in people if draw(st.booleans())]
    mentors = [person for person in people if draw(st.booleans())]
    rules = draw(rules_of())
    places = st.tuples(st.integers(0, 8), st.integers(0, 8))
    inside = {
        pair
        for pair in draw(st.sets(places, max_size=3))
        if pair[0] < len(mentees) and pair[1] < len(mentors)
    }
    pool = make_pool(
        mentees,
        mentors,
        places=[1] * len(mentors),
        offset=partial(hours_ahead, on=ON),
        barred=inside,
        managers=draw(st.dictionaries(st.sampled_from(IDS[9:]), st.sampled_from(IDS), max_size=3)),
        steps=rules.reporting_steps,
        meanings=(draw(meanings_of(len(mentees))), draw(meanings_of(len(mentors)))),
    )
    return mentees, mentors, rules, pool


@settings(max_examples=150)
@given(case=cases())
def test_blocks_columns_pairs_and_reasons_say_the_same(case: Any) -> None:
    mentees, mentors, rules, pool = case
    scores = Scores(pool, rules)
    everyone, others = np.arange(len(mentees)), np.arange(len(mentors))
    block = scores.of(everyone)
    closeness = Closeness(pool.people[0].meanings, pool.people[1].meanings)

    assert (block == scores.columns(others).T).all()
    i, j = (each.ravel() for each in np.indices(block.shape))
    assert (scores.pairs(i, j) == block.ravel()).all()
    assert scores.highest < 2**24
    for at, mentee in enumerate(mentees):
        against = forbidding(pool, rules, at)
        for place, mentor in enumerate(mentors):
            forbidden = {rule for rule, each in against.items() if each[place]}
            assert (block[at, place] < 0) == bool(forbidden)
            if not forbidden:
                reasons = _reasons(mentee, mentor, rules, closeness.near(at, place))
                assert round(score_of(reasons) * scores.highest) == block[at, place]
                assert 0 <= score_of(reasons) <= 1


def _reasons(mentee: Person, mentor: Person, rules: Rules, near: Near = FAR):
    zones = [hours_ahead(person.time_zone, ON) for person in (mentee, mentor)]
    return explain(mentee, mentor, rules, apart=hours_apart(*zones), near=near)


@settings(max_examples=50)
@given(case=cases())
def test_obstacles_count_what_the_rules_forbid(case: Any) -> None:
    mentees, _, rules, pool = case
    block = Scores(pool, rules).of(np.arange(len(mentees)))
    for at in range(len(mentees)):
        found = obstacles(pool, rules, at)
        assert found.left == (block[at] >= 0).sum()
        assert found.left + sum(each.alone for each in found.rules) <= found.mentors
        assert all(each.alone <= each.lost <= found.mentors for each in found.rules)


@given(
    one=person_of(IDS[0]),
    other=person_of(IDS[1]),
    whose=st.sampled_from(["mentee", "mentor"]),
)
def test_who_somebody_is_counts_only_where_the_programme_says_so(
    one: Person, other: Person, whose: str
) -> None:
    changed = replace(
        one if whose == "mentee" else other,
        given_name="Another",
        family_name="Name",
        email="other@example.com",
        subject="other",
        employee_number="77",
        background=["a", "c", "e"],
        working_styles=["d"],
        skills=["Go"],
    )
    after = (changed, other) if whose == "mentee" else (one, changed)

    assert _reasons(*after, Rules()) == _reasons(one, other, Rules())
    assert why_not(*after, Rules(), on=ON) == why_not(one, other, Rules(), on=ON)


def test_background_counts_without_being_named() -> None:
    both = participant(ORGANISATION, background=["first in family at university"])
    other = participant(ORGANISATION, background=["First in family at university", "returner"])
    [reason] = [
        each
        for each in _reasons(both, other, Rules(weight_background=1))
        if each.criterion == "background"
    ]

    assert reason.sentence == (
        "You share something of the background that you both chose to have counted."
    )


@pytest.mark.parametrize(
    ("mentor", "sentence"),
    [
        (
            {"occupation": TARGET, "job_title": "Boss"},
            "Has been where you want to go: technical director.",
        ),
        (
            {"job_title": "Buyer", "career": [Position(title="Technical Director")]},
            "Has been where you want to go: technical director.",
        ),
        (
            {"job_title": "Director of Sales"},
            "Has gone part of the way you want to go: director.",
        ),
        ({"job_title": "Buyer"}, None),
    ],
)
def test_a_path_is_that_of_titles_and_occupations(
    mentor: dict[str, Any], sentence: str | None
) -> None:
    mentee = participant(ORGANISATION, target_occupation=TARGET)
    reasons = _reasons(mentee, participant(ORGANISATION, **mentor), Rules())
    found = {reason.criterion: reason.sentence for reason in reasons}

    assert found.get("path") == sentence


def _why_not(mentee: dict[str, Any], mentor: dict[str, Any], **rules: Any) -> dict[str, str]:
    return {
        str(rule): sentence
        for rule, sentence in why_not(
            participant(ORGANISATION, **mentee),
            participant(ORGANISATION, **mentor),
            Rules(**rules),
            on=ON,
        ).items()
    }


@pytest.mark.parametrize(
    ("mentee", "mentor", "rules", "rule", "sentence"),
    [
        (
            {"languages": ["pt"]},
            {},
            {},
            "common_language",
            "The two have no language in common.",
        ),
        (
            {},
            {"time_zone": "Asia/Singapore"},
            {"max_hours_apart": 6},
            "max_hours_apart",
            "Their working days are 8 hours apart; the programme allows 6.",
        ),
        (
            {},
            {"time_zone": "Asia/Kolkata"},
            {"min_hours_shared": 20},
            "min_hours_shared",
            "They are both free 12.5 hours a week; the programme asks for 20.",
        ),
        (
            {},
            {"site_id": uuid4()},
            {"site": Scope.SAME},
            "site",
            "The two do not work at the same site; the programme asks for that.",
        ),
        (
            {"department": "Sales"},
            {"department": "SALES"},
            {"department": Scope.OTHER},
            "department",
            "The two work in the same department; the programme asks for different ones.",
        ),
        (
            {"level": 1},
            {"level": 3},
            {"max_levels_above": 0},
            "max_levels_above",
            "The mentor is 2 levels above the mentee; the programme asks for 0 or less.",
        ),
    ],
)
def test_why_not_is_told_in_a_sentence(
    mentee: dict[str, Any], mentor: dict[str, Any], rules: dict[str, Any], rule: str, sentence: str
) -> None:
    assert _why_not(mentee, mentor, **rules) == {rule: sentence}


def test_an_unknown_level_or_department_forbids_nobody() -> None:
    rules = {"min_levels_above": 2, "department": Scope.SAME}

    assert _why_not({"level": 3, "department": "Sales"}, {}, **rules) == {}
    assert _why_not({}, {"level": 1, "department": "Sales"}, **rules) == {}


def test_the_line_of_managers_leads_over_people_who_take_no_part() -> None:
    mentee = participant(ORGANISATION, manager_id=IDS[5])
    mentor = participant(ORGANISATION)
    managers = {IDS[5]: IDS[6], IDS[6]: mentor.id}

    def near(one: Person, other: Person, steps: int) -> bool:
        rules = Rules(reporting_steps=steps)
        found = why_not(one, other, rules, on=ON, managers=managers)
        return HardRule.REPORTING_LINE in found

    assert [near(mentee, mentor, steps) for steps in (1, 2, 3, 4)] == [False, False, True, True]
    assert near(mentor, mentee, 3)
