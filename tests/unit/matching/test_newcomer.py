"""Mentors who were encoded once give a mentee the same as a pool that is made for her alone."""

import random
from datetime import date
from functools import partial
from uuid import UUID, uuid4

import numpy as np
import pytest

from contracts.matching import Rules, Scope
from contracts.profiles import Person
from matching.matcher import criteria
from matching.matcher.meaning import Meanings
from matching.matcher.nearest import nearest
from matching.matcher.newcomer import Mentors
from matching.matcher.pool import make_pool
from matching.matcher.scores import Scores
from support.participants import participant

ORGANISATION = uuid4()
OFFSET = partial(criteria.hours_ahead, on=date(2026, 11, 24))
SKILLS = [f"skill {number}" for number in range(12)]
SITES = [uuid4() for _ in range(3)]
ZONES = ["Europe/Lisbon", "Asia/Tokyo", "America/New_York"]
RULES = [
    Rules(),
    Rules(common_language=False, max_hours_apart=6, weight_other_site=3.0),
    Rules(site=Scope.SAME, department=Scope.OTHER, reporting_steps=2, weight_background=1.0),
    Rules(min_levels_above=1, weight_seniority=1.0, weight_working_style=1.0),
]


def someone(chance: random.Random, **fields: object) -> Person:
    usual: dict[str, object] = {
        "id": UUID(int=chance.getrandbits(128), version=4),
        "site_id": chance.choice(SITES),
        "time_zone": chance.choice(ZONES),
        "department": chance.choice(["", "Sales", "Legal"]),
        "level": chance.choice([None, 1, 2, 3]),
        "languages": chance.sample(["en", "pt", "ja", "de"], 2),
        "skills_offered": chance.sample(SKILLS, 3),
        "skills_sought": chance.sample(SKILLS, 3),
        "interests": chance.sample(SKILLS, 2),
    }
    return participant(ORGANISATION, **usual | fields)


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(5))
def test_the_same_mentors_as_in_a_pool_of_her_own(rules: Rules, seed: int) -> None:
    chance = random.Random(seed)
    mentors = [someone(chance) for _ in range(60)]
    chief = mentors[0]
    mentors = [
        *mentors[:50],
        *(someone(chance, manager_id=chief.id) for _ in range(5)),
    ]
    mentors.sort(key=lambda person: person.id)
    kept = Mentors(
        mentors, rules, offset=OFFSET, experience=Meanings.none(len(mentors)), managers={}
    )
    for changes in (
        {},
        {"manager_id": chief.id},
        {"id": chief.id},
        {"site_id": uuid4(), "department": "Elsewhere", "time_zone": "Asia/Kolkata"},
        {"languages": ["mi"], "skills_sought": ["unheard of", SKILLS[0]]},
    ):
        mentee = someone(chance, **changes)
        barred = {person.id for person in chance.sample(mentors, 3)}

        found = kept.nearest(mentee, hopes=Meanings.none(1), barred=barred, managers={}, count=10)

        pool = make_pool(
            [mentee],
            mentors,
            places=[1] * len(mentors),
            offset=OFFSET,
            barred={(0, j) for j, person in enumerate(mentors) if person.id in barred},
            steps=rules.reporting_steps,
        )
        best = nearest(Scores(pool, rules), 0, np.ones(len(mentors), np.int64))
        assert found == [mentors[j].id for j in best.tolist()]


def test_nobody_to_suggest() -> None:
    kept = Mentors([], Rules(), offset=OFFSET, experience=Meanings.none(0), managers={})
    mentee = someone(random.Random(0))

    assert kept.nearest(mentee, hopes=Meanings.none(1), barred=(), managers={}, count=10) == []
