"""A matching run's computation, from people to proposals."""

import time
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from uuid import UUID

import msgspec

from contracts.matching import Certificate, Reason, Rules
from contracts.profiles import Person
from matching.matcher import criteria
from matching.matcher.fit import Watch, unwatched, within
from matching.matcher.frozen import Frozen, digest, written
from matching.matcher.match import Assignment, match
from matching.matcher.pool import Pool, make_pool
from matching.matcher.reasons import explain, score_of
from matching.matcher.scarcity import Scarcity
from matching.matcher.scores import Scores


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would tell a mentee."""

    mentee_id: UUID
    mentor_id: UUID | None = None  # none: there is nobody
    score: float = 0.0
    reasons: list[Reason] = []
    unmatched: str = ""  # why there is nobody
    remedy: str = ""  # what would help, where anything is known


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`inputs` and `outcome` are SHA-256: the same inputs lead to the same outcome."""

    proposals: list[Proposal]  # in the order of the mentees' ids
    certificate: Certificate
    inputs: str
    outcome: str


def make_plan(frozen: Frozen, watch: Watch = unwatched) -> Plan:
    """Match and explain. Takes seconds for thousands of people: not for the event loop.

    Whatever `watch` raises ends it.
    """
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
    watch(0.0, "matching")
    assignment = match(
        Scores(pool, frozen.rules),
        pool.places,
        mode=frozen.rules.mode,
        watch=within(watch, 0.0, 0.9),
    )
    watch(0.9, "explaining")
    scarcity = Scarcity(
        frozen, [each for each, j in zip(mentees, assignment.mentor_of, strict=True) if j < 0]
    )
    proposals = _proposals(mentees, mentors, pool, assignment, frozen.rules, scarcity)
    certificate = Certificate(
        mentees=len(mentees),
        mentors=len(mentors),
        places=sum(places),
        proposed=sum(each.mentor_id is not None for each in proposals),
        unmatched=sum(each.mentor_id is None for each in proposals),
        mean_score=assignment.proof.mean_score,
        lowest_score=assignment.proof.lowest_score,
        first_choices=assignment.proof.first_choices,
        blocking_pairs=assignment.proof.blocking_pairs,
        shortages=scarcity.shortages(),
        seconds=round(time.perf_counter() - started, 3),
    )
    return Plan(
        proposals=proposals,
        certificate=certificate,
        inputs=digest(written(frozen)),
        outcome=outcome_of(proposals),
    )


def outcome_of(proposals: Sequence[Proposal]) -> str:
    """The digest of who was matched with whom, how well, and why."""
    return sha256(msgspec.json.encode(proposals)).hexdigest()


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
    scarcity: Scarcity,
) -> list[Proposal]:
    proposals: list[Proposal] = []
    for i, j in enumerate(assignment.mentor_of.tolist()):
        if j < 0:
            nobody = scarcity.of(mentees[i])
            proposals.append(
                Proposal(mentee_id=mentees[i].id, unmatched=nobody.reason, remedy=nobody.remedy)
            )
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
