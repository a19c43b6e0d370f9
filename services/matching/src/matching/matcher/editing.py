"""A draft that is changed by hand: what may be, and what it costs."""

from collections.abc import Mapping
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.matching import Certificate
from contracts.profiles import Person
from matching.matcher.fit import NOBODY, Indices
from matching.matcher.forbidden import why_not
from matching.matcher.frozen import Frozen
from matching.matcher.instance import Instance
from matching.matcher.proposal import Proposal
from matching.refusals import AgainstTheRules, NoFreePlace, NotEnrolled, TooManyToEdit

MOST_PAIRS = 200_000_000  # of a mentee and a mentor: all are looked at again, within seconds

LEFT_OPEN = "A coordinator left it open."
GIVEN_AWAY = "A coordinator gave the place to somebody else."


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    mentee_id: UUID
    mentor_id: UUID | None  # none: nobody
    instead_of: UUID | None = None  # the mentee who gives up their place, where there is none free


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What changes by an edit: negative is worse, but for blocking pairs."""

    total_score: float
    mentee_score: float
    displaced_score: float | None  # none: nobody was displaced
    blocking_pairs: int


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    proposals: list[Proposal]  # the mentee's, and then that of whoever was displaced
    certificate: Certificate  # of the whole draft as it is now
    cost: Cost


def edit(
    frozen: Frozen, drafted: Mapping[UUID, UUID | None], asked: Edit, before: Certificate
) -> Edited:
    """Change a draft, of people as they were when the run was computed.

    `drafted` has the mentor of each mentee. Not for the event loop. Raises NotEnrolled,
    AgainstTheRules, NoFreePlace, TooManyToEdit.
    """
    if len(frozen.mentees) * len(frozen.mentors) > MOST_PAIRS:
        raise TooManyToEdit(
            "The draft is too large to count again what an edit costs. Commit it, and propose by"
            " hand where it should be otherwise; or match smaller programmes."
        )
    instance = Instance(frozen)
    mentor_of = _indices(instance, drafted)
    i = _need(instance.mentee_index, asked.mentee_id, "mentee")
    displaced = None
    after = mentor_of.copy()
    if asked.mentor_id is None:
        after[i] = NOBODY
    else:
        j = _need(instance.mentor_index, asked.mentor_id, "mentor with a free place")
        _need_allowed(instance, i, j)
        displaced = _displaced(instance, mentor_of, i, j, asked)
        after[i] = j
        if displaced is not None:
            after[displaced] = NOBODY
    proof = instance.prove(after, _bound(instance, before))
    scarcity, _ = instance.scarcity(after)
    changed = [i] if displaced is None else [i, displaced]
    change = _scores(instance, after, changed) - _scores(instance, mentor_of, changed)
    return Edited(
        proposals=[_proposal(instance, after, each, LEFT_OPEN) for each in changed[:1]]
        + [_proposal(instance, after, each, GIVEN_AWAY) for each in changed[1:]],
        certificate=instance.certificate(proof, scarcity, seconds=before.seconds),
        cost=Cost(
            total_score=float(change.sum()),
            mentee_score=float(change[0]),
            displaced_score=None if displaced is None else float(change[1]),
            blocking_pairs=proof.blocking_pairs - before.blocking_pairs,
        ),
    )


def _indices(instance: Instance, drafted: Mapping[UUID, UUID | None]) -> Indices:
    mentor_of = np.full(len(instance.mentees), NOBODY, np.int64)
    for mentee_id, mentor_id in drafted.items():
        if mentee_id in instance.mentee_index and mentor_id is not None:
            mentor_of[instance.mentee_index[mentee_id]] = instance.mentor_index[mentor_id]
    return mentor_of


def _need(index: Mapping[UUID, int], person_id: UUID, role: str) -> int:
    if person_id not in index:
        raise NotEnrolled(f"Person {person_id} took no part in the run as a {role}.")
    return index[person_id]


def _need_allowed(instance: Instance, i: int, j: int) -> None:
    if instance.fit.pairs(np.array([i]), np.array([j]))[0] >= 0:
        return
    mentee, mentor = instance.mentees[i], instance.mentors[j]
    sentences = _against(instance.frozen, mentee, mentor)
    raise AgainstTheRules(f"Persons {mentor.id} and {mentee.id}: {' '.join(sentences)}")


def _against(frozen: Frozen, mentee: Person, mentor: Person) -> list[str]:
    pair = mentee.id, mentor.id
    people = [*frozen.mentees, *(person for person, _ in frozen.mentors)]
    managers = {person.id: person.manager_id for person in people if person.manager_id}
    found = why_not(
        mentee,
        mentor,
        frozen.rules,
        on=frozen.on,
        managers=frozen.managers | managers,
        met=pair in frozen.earlier,
        excluded=pair in frozen.excluded,
    )
    return list(found.values())


def _displaced(instance: Instance, mentor_of: Indices, i: int, j: int, asked: Edit) -> int | None:
    """Who gives up their place; None where there is one free."""
    holders = np.flatnonzero(mentor_of == j).tolist()
    if i in holders or len(holders) < instance.places[j]:
        return None
    if asked.instead_of is None:
        names = ", ".join(str(instance.mentees[each].id) for each in holders)
        raise NoFreePlace(
            f"Mentor {asked.mentor_id} has no free place in the draft; say whose to take: {names}."
        )
    displaced = _need(instance.mentee_index, asked.instead_of, "mentee")
    if displaced not in holders:
        raise NoFreePlace(f"Mentee {asked.instead_of} has no place with mentor {asked.mentor_id}.")
    return displaced


def _bound(instance: Instance, before: Certificate) -> int | None:
    """What no total of fits exceeds, where the run has proved one."""
    if before.optimality_gap is None:
        return None
    return round(before.total_score * instance.fit.highest / (1 - before.optimality_gap))


def _scores(instance: Instance, mentor_of: Indices, mentees: list[int]) -> NDArray[np.float64]:
    scores = np.zeros(len(mentees))
    placed = [place for place, i in enumerate(mentees) if mentor_of[i] != NOBODY]
    theirs = np.array([mentees[place] for place in placed], np.int64)
    scores[placed] = instance.fit.pairs(theirs, mentor_of[theirs]) / instance.fit.highest
    return scores


def _proposal(instance: Instance, mentor_of: Indices, i: int, unmatched: str) -> Proposal:
    if mentor_of[i] == NOBODY:
        return Proposal(mentee_id=instance.mentees[i].id, unmatched=unmatched)
    return instance.pair(i, int(mentor_of[i]))
