"""A matching run's computation, from people to proposals."""

import time
from collections.abc import Sequence
from datetime import date
from functools import partial
from uuid import UUID

import msgspec

from contracts.matching import Certificate, Reason, Rules
from contracts.profiles import Person
from matching.matcher import criteria
from matching.matcher.match import Assignment, match
from matching.matcher.pool import Pool, make_pool
from matching.matcher.reasons import explain, score_of


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes part in a run; in the order of their ids."""

    mentees: list[Person]  # without a mentor in the programme
    mentors: list[tuple[Person, int]]  # with their free places
    earlier: set[tuple[UUID, UUID]]  # (mentee, mentor) who have had a pairing in the programme
    rules: Rules
    on: date  # the day whose time zones count


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    mentee_id: UUID
    mentor_id: UUID
    score: float
    reasons: list[Reason]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    proposals: list[Proposal]
    certificate: Certificate


def make_plan(frozen: Frozen) -> Plan:
    """Match and explain. Takes seconds for thousands of people: not for the event loop."""
    started = time.perf_counter()
    mentees = frozen.mentees
    mentors = [person for person, places in frozen.mentors if places]
    places = [places for _, places in frozen.mentors if places]
    pool = make_pool(
        mentees,
        mentors,
        places=places,
        offset=partial(criteria.hours_ahead, on=frozen.on),
        barred=_indices(mentees, mentors, frozen.earlier),
    )
    assignment = match(pool, frozen.rules)
    proposals = _proposals(mentees, mentors, pool, assignment, frozen.rules)
    return Plan(
        proposals=proposals,
        certificate=Certificate(
            mentees=len(mentees),
            mentors=len(mentors),
            places=sum(places),
            proposed=len(proposals),
            unmatched=len(mentees) - len(proposals),
            mean_score=assignment.proof.mean_score,
            lowest_score=assignment.proof.lowest_score,
            first_choices=assignment.proof.first_choices,
            blocking_pairs=assignment.proof.blocking_pairs,
            seconds=round(time.perf_counter() - started, 3),
        ),
    )


def _indices(
    mentees: Sequence[Person], mentors: Sequence[Person], pairs: set[tuple[UUID, UUID]]
) -> set[tuple[int, int]]:
    mentee_index = {person.id: i for i, person in enumerate(mentees)}
    mentor_index = {person.id: j for j, person in enumerate(mentors)}
    return {
        (mentee_index[mentee_id], mentor_index[mentor_id])
        for mentee_id, mentor_id in pairs
        if mentee_id in mentee_index and mentor_id in mentor_index
    }


def _proposals(
    mentees: Sequence[Person],
    mentors: Sequence[Person],
    pool: Pool,
    assignment: Assignment,
    rules: Rules,
) -> list[Proposal]:
    proposals: list[Proposal] = []
    for i, j in enumerate(assignment.mentor_of.tolist()):
        if j < 0:
            continue
        apart = criteria.hours_apart(float(pool.mentee_offset[i]), float(pool.mentor_offset[j]))
        reasons = explain(mentees[i], mentors[j], rules, apart=apart)
        proposals.append(
            Proposal(
                mentee_id=mentees[i].id,
                mentor_id=mentors[j].id,
                score=score_of(reasons),
                reasons=reasons,
            )
        )
    return proposals
