"""Why there is nobody for a mentee, and of what there are too few places."""

from datetime import date
from typing import Any
from uuid import uuid4

from contracts.matching import Rules, Shortage
from contracts.profiles import Person
from matching.matcher.frozen import Frozen
from matching.matcher.hard import HardRule
from matching.matcher.plan import make_plan
from matching.matcher.scarcity import Nobody, Scarcity, Unmatched
from support.participants import participant

HERE = uuid4()


def someone(**fields: Any) -> Person:
    return participant(HERE, **fields)


def frozen(mentees: list[Person], mentors: list[tuple[Person, int]], **rules: Any) -> Frozen:
    return Frozen(
        mentees=mentees,
        mentors=mentors,
        earlier=set(),
        rules=Rules(**rules),
        on=date(2026, 3, 2),
    )


def test_a_language_that_nobody_speaks_is_named_with_how_many_places_would_do() -> None:
    silent = [someone(languages=["pt-BR"]), someone(languages=["pt-PT"])]
    pool = frozen(silent, [(someone(), 3)])
    unmatched = [Unmatched(each, HardRule.COMMON_LANGUAGE) for each in silent]

    scarcity = Scarcity(pool, unmatched)

    assert scarcity.of(unmatched[0]) == Nobody(
        "No mentor with a free place speaks Portuguese.",
        "2 more places with mentors who speak Portuguese would do.",
    )
    assert scarcity.shortages() == [
        Shortage(kind="language", name="Portuguese", seekers=2, places=0)
    ]


def test_a_skill_is_short_where_more_seek_it_than_there_are_places() -> None:
    mentees = [someone(skills_sought=["Team Lead"]) for _ in range(3)]
    mentors = [(someone(skills_offered=["team lead"]), 1), (someone(skills_offered=["sql"]), 1)]
    waiting = Unmatched(mentees[2], None)

    scarcity = Scarcity(frozen(mentees, mentors), [waiting])

    assert Shortage(kind="skill", name="Team Lead", seekers=1, places=1) in scarcity.shortages()
    assert scarcity.of(waiting) == Nobody(
        "Every mentor whom the rules allow has the places taken.",
        "1 more place with mentors who offer Team Lead would do.",
    )


def test_without_any_place_that_is_the_reason() -> None:
    mentee = Unmatched(someone(), None)
    scarcity = Scarcity(frozen([mentee.person], []), [mentee])
    assert scarcity.of(mentee) == Nobody("No mentor has a free place.", "1 more place would do.")


def test_a_plan_says_the_hard_rule_that_keeps_all_mentors_from_a_mentee() -> None:
    far = someone(time_zone="Asia/Tokyo")
    near = someone()
    plan = make_plan(frozen([far, near], [(someone(), 2)], max_hours_apart=3))

    told = {each.mentee_id: each for each in plan.proposals}
    assert told[near.id].mentor_id is not None
    assert (
        told[far.id].unmatched == "No mentor with a free place works within 3 hours of your time."
    )
    assert told[far.id].remedy == "1 more place with mentors whose hours are closer would do."
    assert (plan.certificate.proposed, plan.certificate.unmatched) == (1, 1)


def test_parity_is_told_by_site_and_by_what_the_rules_name() -> None:
    mentees = [
        someone(department="Finance", level=1),
        someone(department="Finance", level=2),
        someone(department="Sales", level=1, languages=["ja"]),
    ]
    plan = make_plan(frozen(mentees, [(someone(), 3)], parity=["department", "level"]))

    groups = {
        (each.attribute, each.group): (each.mentees, each.proposed, each.worse)
        for each in plan.certificate.parity
        if each.attribute != "site"
    }
    assert groups == {
        ("department", "Finance"): (2, 2, False),
        ("department", "Sales"): (1, 0, True),
        ("level", "1"): (2, 1, True),
        ("level", "2"): (1, 1, False),
    }
    assert [each.mentees for each in plan.certificate.parity if each.attribute == "site"] == [3]
