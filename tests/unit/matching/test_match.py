"""The matcher against a naive one: scores pair by pair, textbook deferred acceptance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.matching import Rules
from contracts.profiles import Person
from matching.matcher import acceptance
from matching.matcher import scores as scores_module
from matching.matcher.criteria import hours_ahead, hours_apart
from matching.matcher.frozen import Frozen
from matching.matcher.plan import Plan, make_plan
from matching.matcher.pool import make_pool
from matching.matcher.proof import prove
from matching.matcher.reasons import explain, score_of
from matching.matcher.scores import Scores
from support.participants import participant

ORGANISATION = uuid4()
ON = date(2026, 11, 24)
ZONES = ("Europe/Lisbon", "Asia/Kolkata", "America/Lima", "Pacific/Auckland", "Nowhere/Land")
WORDS = st.lists(st.sampled_from(["a", "B", "b ", "c", "d"]), max_size=3)
LANGUAGES = st.lists(st.sampled_from(["en", "pt-BR", "pt-PT", "ja"]), min_size=1, max_size=2)
SITES = [UUID(int=n) for n in range(3)]
WEIGHTS = st.sampled_from([0.0, 0.5, 1.0, 3.0])

rules = st.builds(
    Rules,
    common_language=st.booleans(),
    max_hours_apart=st.sampled_from([None, 2, 6]),
    weight_skills=WEIGHTS,
    weight_interests=WEIGHTS,
    weight_values=WEIGHTS,
    weight_languages=WEIGHTS,
    weight_hours=st.sampled_from([0.5, 1.0]),
    weight_other_site=WEIGHTS,
)


@st.composite
def pools(draw: st.DrawFn) -> Frozen:
    ids = [UUID(int=100 + n) for n in range(draw(st.integers(1, 14)))]
    people = [
        participant(
            ORGANISATION,
            id=person_id,
            site_id=draw(st.sampled_from(SITES)),
            time_zone=draw(st.sampled_from(ZONES)),
            languages=draw(LANGUAGES),
            skills_sought=draw(WORDS),
            skills_offered=draw(WORDS),
            interests=draw(WORDS),
            values=draw(WORDS),
            manager_id=draw(st.sampled_from([None, *ids])),
        )
        for person_id in ids
    ]
    mentees = [person for person in people if draw(st.booleans())]
    mentors = [(person, draw(st.integers(0, 3))) for person in people if draw(st.booleans())]
    earlier = draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=4))
    return Frozen(mentees=mentees, mentors=mentors, earlier=earlier, rules=draw(rules), on=ON)


def grains(score: float) -> int:
    """Far finer than any two different scores of these pools are apart, far coarser than errors."""
    return round(score * 10**9)


def admissible(frozen: Frozen, mentee: Person, mentor: Person) -> bool:
    apart = hours_apart(hours_ahead(mentee.time_zone, ON), hours_ahead(mentor.time_zone, ON))
    farthest = frozen.rules.max_hours_apart
    spoken = [{tag[:2] for tag in person.languages} for person in (mentee, mentor)]
    return (
        mentee.id not in {mentor.id, mentor.manager_id}
        and mentee.manager_id != mentor.id
        and (mentee.id, mentor.id) not in frozen.earlier
        and (farthest is None or apart <= farthest)
        and (not frozen.rules.common_language or bool(spoken[0] & spoken[1]))
    )


@dataclass(frozen=True)
class Naive:
    """Every score, and the outcome of deferred acceptance with whole lists of preferences."""

    scores: Mapping[tuple[UUID, UUID], int]
    mentor_of: Mapping[UUID, UUID]


def naive(frozen: Frozen) -> Naive:
    scores = {
        (mentee.id, mentor.id): grains(score_of(_reasons(frozen, mentee, mentor)))
        for mentee in frozen.mentees
        for mentor, places in frozen.mentors
        if places and admissible(frozen, mentee, mentor)
    }
    mentor_of: dict[UUID, UUID] = {}
    asked: set[tuple[UUID, UUID]] = set()
    room = {mentor.id: places for mentor, places in frozen.mentors}
    while True:
        proposals = [
            min(
                (pair for pair in scores if pair[0] == mentee.id and pair not in asked),
                key=lambda pair: (-scores[pair], pair[1]),
                default=None,
            )
            for mentee in frozen.mentees
            if mentee.id not in mentor_of
        ]
        proposal = next(filter(None, proposals), None)
        if proposal is None:
            return Naive(scores, mentor_of)
        mentee_id, mentor_id = proposal
        asked.add(proposal)
        mentor_of[mentee_id] = mentor_id
        held = [each for each, mentor in mentor_of.items() if mentor == mentor_id]
        if len(held) > room[mentor_id]:
            least = max(held, key=lambda each: (-scores[each, mentor_id], each))
            del mentor_of[least]


def _reasons(frozen: Frozen, mentee: Person, mentor: Person):
    apart = hours_apart(hours_ahead(mentee.time_zone, ON), hours_ahead(mentor.time_zone, ON))
    return explain(mentee, mentor, frozen.rules, apart=apart)


def pairs(plan: Plan) -> dict[UUID, UUID]:
    return {
        proposal.mentee_id: proposal.mentor_id
        for proposal in plan.proposals
        if proposal.mentor_id is not None
    }


@settings(max_examples=150)
@given(frozen=pools(), length=st.integers(1, 3), cells=st.sampled_from([1, 7, 1000]))
def test_it_does_what_the_textbook_does(frozen: Frozen, length: int, cells: int) -> None:
    expected = naive(frozen)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(acceptance, "LIST", length)
        patched.setattr(scores_module, "BLOCK_CELLS", cells)
        plan = make_plan(frozen)

    assert pairs(plan) == expected.mentor_of
    assert plan.certificate.blocking_pairs == _blocking(frozen, expected) == 0
    best = {
        mentee_id: max(score for pair, score in expected.scores.items() if pair[0] == mentee_id)
        for mentee_id in expected.mentor_of
    }
    assert plan.certificate.first_choices == sum(
        expected.scores[mentee_id, mentor_id] == best[mentee_id]
        for mentee_id, mentor_id in expected.mentor_of.items()
    )


def _blocking(frozen: Frozen, outcome: Naive) -> int:
    own = {mentee: outcome.scores[mentee, mentor] for mentee, mentor in outcome.mentor_of.items()}
    room = {mentor.id: places for mentor, places in frozen.mentors}
    count = 0
    for (mentee, mentor), score in outcome.scores.items():
        held = [own[each] for each, theirs in outcome.mentor_of.items() if theirs == mentor]
        wanted = len(held) < room[mentor] or score > min(held)
        count += score > own.get(mentee, -1) and wanted
    return count


@given(frozen=pools())
def test_reasons_add_up_to_the_score_and_the_certificate_to_them(frozen: Frozen) -> None:
    plan = make_plan(frozen)
    scores = [each.score for each in plan.proposals if each.mentor_id is not None]

    for proposal in plan.proposals:
        assert sum(reason.share for reason in proposal.reasons) == pytest.approx(proposal.score)
        assert 0 <= proposal.score <= 1
    assert plan.certificate.proposed == len(scores)
    assert plan.certificate.unmatched == len(frozen.mentees) - len(scores)
    assert plan.certificate.mean_score == pytest.approx(np.mean(scores) if scores else 0)
    assert plan.certificate.lowest_score == pytest.approx(min(scores, default=0))


def test_equals_are_told_apart_by_their_ids() -> None:
    people = [participant(ORGANISATION, id=UUID(int=n)) for n in range(1, 7)]
    frozen = Frozen(
        mentees=people[:3],
        mentors=[(person, 1) for person in people[3:]],
        earlier=set(),
        rules=Rules(),
        on=ON,
    )

    assert pairs(make_plan(frozen)) == {UUID(int=n): UUID(int=n + 3) for n in (1, 2, 3)}


def test_the_proof_finds_what_an_assignment_lacks() -> None:
    one = participant(ORGANISATION, id=UUID(int=1), skills_sought=["a"])
    two = participant(ORGANISATION, id=UUID(int=2), skills_sought=["b"])
    mentors = [
        participant(ORGANISATION, id=UUID(int=3), skills_offered=["a"]),
        participant(ORGANISATION, id=UUID(int=4), skills_offered=["b"]),
    ]
    pool = make_pool([one, two], mentors, places=[1, 1], offset=lambda _: 0.0, barred={(0, 0)})
    open_pool = make_pool([one, two], mentors, places=[1, 1], offset=lambda _: 0.0, barred=set())
    places = np.array([1, 1])

    swapped = prove(Scores(open_pool, Rules()), np.array([1, 0]), places)
    alone = prove(Scores(open_pool, Rules()), np.array([0, -1]), places)
    assert (swapped.blocking_pairs, swapped.first_choices) == (2, 0)
    assert (alone.blocking_pairs, alone.first_choices) == (1, 1)
    for forbidden in ([0, 1], [1, 1]):
        with pytest.raises(ValueError, match="hard rule"):
            prove(Scores(pool, Rules()), np.array(forbidden), places)


def test_an_empty_pool_has_an_empty_plan() -> None:
    someone = participant(ORGANISATION)
    for mentees, mentors in (([], []), ([someone], []), ([], [(someone, 2)])):
        plan = make_plan(
            Frozen(mentees=mentees, mentors=mentors, earlier=set(), rules=Rules(), on=ON)
        )
        assert pairs(plan) == {}
        assert plan.certificate.unmatched == len(mentees)
