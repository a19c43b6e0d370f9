"""Who takes part in a run as a solver sees them, and what an assignment is in their own terms."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from contracts.matching import Certificate, Mode, Parity
from contracts.profiles import Person
from matching.matcher import criteria
from matching.matcher.fit import NOBODY, Indices, Watch, unwatched
from matching.matcher.frozen import Frozen
from matching.matcher.hard import HardRule, obstacles
from matching.matcher.match import match
from matching.matcher.meaning import Closeness, Meanings
from matching.matcher.pool import make_pool
from matching.matcher.preferences import BY_FIT, ByChoice, Preferences, Ranking
from matching.matcher.proof import Assignment, Proof, prove
from matching.matcher.proposal import Proposal
from matching.matcher.reasons import explain, score_of
from matching.matcher.scarcity import Scarcity, Unmatched
from matching.matcher.scores import Scores

ALWAYS_TOLD = "site"  # how its groups fare is told whether or not the rules name it


class Instance:
    """Mentees and mentors with a free place, everybody an index.

    It takes seconds for thousands of people: not for the event loop.
    """

    def __init__(self, frozen: Frozen) -> None:
        self.frozen = frozen
        self.mentees = frozen.mentees
        taking = [(person, places) for person, places in frozen.mentors if places]
        self.mentors = [person for person, _ in taking]
        self.places: Indices = np.array([places for _, places in taking], np.int64)
        hopes = Meanings.unpacked(frozen.hopes, [each.id for each in self.mentees])
        experience = Meanings.unpacked(frozen.experience, [each.id for each in self.mentors])
        self._closeness = Closeness(hopes, experience)
        self._pool = make_pool(
            self.mentees,
            self.mentors,
            places=self.places.tolist(),
            offset=partial(criteria.hours_ahead, on=frozen.on),
            barred=self._indices(frozen.earlier),
            excluded=self._indices(frozen.excluded),
            managers=frozen.managers,
            steps=frozen.rules.reporting_steps,
            meanings=(hopes, experience),
        )
        self.fit = Scores(self._pool, frozen.rules)
        attributes = dict.fromkeys([ALWAYS_TOLD, *frozen.rules.parity])
        self._groups = {name: _grouped(list(self._group(name))) for name in attributes}

    @cached_property
    def mentee_index(self) -> Mapping[UUID, int]:
        return {person.id: i for i, person in enumerate(self.mentees)}

    @cached_property
    def mentor_index(self) -> Mapping[UUID, int]:
        return {person.id: j for j, person in enumerate(self.mentors)}

    def match(self, seed: int, watch: Watch = unwatched) -> Assignment:
        return match(
            self.fit,
            self.places,
            mode=self.frozen.rules.mode,
            choices=self._choices,
            labels=self._labels,
            even=self.frozen.rules.parity,
            seed=seed,
            watch=watch,
        )

    def prove(self, mentor_of: Indices, bound: int | None) -> Proof:
        """What can be shown of an assignment that somebody made. `bound`: of totals of fits."""
        return prove(
            self.fit,
            mentor_of,
            self.places,
            preferences=self._choices,
            labels=self._labels,
            bound=bound,
        )

    def certificate(self, proof: Proof, scarcity: Scarcity, *, seconds: float) -> Certificate:
        return Certificate(
            mentees=len(self.mentees),
            mentors=len(self.mentors),
            places=int(self.places.sum()),
            proposed=proof.placed,
            unmatched=len(self.mentees) - proof.placed,
            mean_score=proof.mean_score,
            lowest_score=proof.lowest_score,
            first_choices=proof.first_choices,
            blocking_pairs=proof.blocking_pairs,
            seconds=seconds,
            mode=self.frozen.rules.mode,
            top_three=proof.top_three,
            tenth_percentile=proof.tenth_percentile,
            total_score=proof.total_score,
            largest_regret=proof.largest_regret,
            hard_rule_violations=proof.hard_rule_violations,
            load_gini=proof.load_gini,
            optimality_gap=proof.optimality_gap,
            parity=list(self._parity(proof)),
            shortages=scarcity.shortages(),
        )

    def scarcity(self, mentor_of: Indices) -> tuple[Scarcity, Mapping[int, Unmatched]]:
        """And who is unmatched, by index."""
        unmatched = dict(self._unmatched(np.flatnonzero(mentor_of == NOBODY)))
        return Scarcity(self.frozen, list(unmatched.values())), unmatched

    def pair(self, i: int, j: int) -> Proposal:
        """A mentee and a mentor, with the reasons."""
        mentee, mentor = self.mentees[i], self.mentors[j]
        apart = criteria.hours_apart(
            float(self._pool.mentee_offset[i]), float(self._pool.mentor_offset[j])
        )
        near = self._closeness.near(i, j)
        reasons = explain(mentee, mentor, self.frozen.rules, apart=apart, near=near)
        return Proposal(
            mentee_id=mentee.id, mentor_id=mentor.id, score=score_of(reasons), reasons=reasons
        )

    @cached_property
    def _choices(self) -> Preferences:
        """What people ranked, where that counts."""
        if self.frozen.rules.mode is not Mode.CHOICE:
            return BY_FIT
        mine = _ranked(self.mentees, self.frozen.mentees_rank, self.mentor_index)
        theirs = _ranked(self.mentors, self.frozen.mentors_rank, self.mentee_index)
        return ByChoice(
            Ranking.of_mentees(mine, [False] * len(mine)),
            Ranking.of_mentors(theirs, [False] * len(theirs)),
        )

    def _unmatched(self, mentees: Indices) -> Iterator[tuple[int, Unmatched]]:
        for block in self.fit.blocks(mentees):
            has_any: NDArray[np.bool_] = np.any(self.fit.of(block) >= 0, axis=1)
            for i, possible in zip(block.tolist(), has_any.tolist(), strict=True):
                yield i, Unmatched(self.mentees[i], None if possible else self._forbidding(i))

    def _forbidding(self, mentee: int) -> HardRule | None:
        """The hard rule that costs a mentee most who has no mentor left."""
        costs = obstacles(self._pool, self.frozen.rules, mentee).rules
        return max(costs, key=lambda each: (each.lost, each.alone)).rule if costs else None

    def _indices(self, pairs: set[tuple[UUID, UUID]]) -> set[tuple[int, int]]:
        return {
            (self.mentee_index[mentee_id], self.mentor_index[mentor_id])
            for mentee_id, mentor_id in pairs
            if mentee_id in self.mentee_index and mentor_id in self.mentor_index
        }

    @property
    def _labels(self) -> Mapping[str, Indices]:
        return {attribute: labels for attribute, (labels, _) in self._groups.items()}

    def _parity(self, proof: Proof) -> Iterator[Parity]:
        for attribute, groups in proof.groups.items():
            _, names = self._groups[attribute]
            for group in sorted(groups, key=lambda each: names[each.label]):
                yield Parity(
                    attribute=attribute,
                    group=names[group.label],
                    mentees=group.mentees,
                    proposed=group.placed,
                    first_choices=group.first_choices,
                    mean_score=group.mean_score,
                    worse=group.worse,
                )

    def _group(self, attribute: str) -> Iterator[str | None]:
        for person in self.mentees:
            yield _group_of(person, attribute, self.frozen.sites)


def _ranked(
    people: Sequence[Person], lists: Mapping[UUID, list[UUID]], index: Mapping[UUID, int]
) -> list[list[int]]:
    """For each person those on their list who take part, the best first."""
    return [
        [index[other] for other in lists.get(person.id, ()) if other in index] for person in people
    ]


def _group_of(person: Person, attribute: str, sites: Mapping[UUID, str]) -> str | None:
    """What group a mentee counts to; None: to none."""
    match attribute:
        case "site":
            return sites.get(person.site_id, str(person.site_id))
        case "department":
            return " ".join(person.department.split()) or None
        case "level":
            return None if person.level is None else str(person.level)
        case _:
            return None


def _grouped(groups: Sequence[str | None]) -> tuple[Indices, list[str]]:
    """A number for each name, NOBODY for none; and the names by number."""
    known = sorted({name for name in groups if name is not None})
    numbers = {name: number for number, name in enumerate(known)}
    labels = [NOBODY if name is None else numbers[name] for name in groups]
    return np.array(labels, np.int64), known
