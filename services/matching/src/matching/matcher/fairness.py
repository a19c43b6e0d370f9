"""Evening out: groups that fare markedly worse are helped until they do not, at a price in fit.

Mentees of a group that is placed too seldom get a bonus on all their scores, those of one that gets
too few first choices a bonus on the mentors who suit them best; then the market is solved again. A
bonus that did not suffice grows, one that put its group above all others shrinks. Hard rules stay
hard. It is a search, not a proof: the outcome may still leave a group worse off, and then the
certificate says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.matcher.fit import Block, Fit, Indices
from matching.matcher.parity import FOUR_FIFTHS, Group
from matching.matcher.proof import Assignment, Proof
from matching.matcher.sweep import sweep

ATTEMPTS = 8
FIRST_BONUS = 1 / 64  # of a perfect fit
FEWEST = 10  # mentees of a group of whom a rate says anything
COARSER = 4  # times: scores and two bonuses stay below TOP


@dataclass(frozen=True)
class HelpedFit:
    """A fit with bonuses, coarser than it was; what a hard rule forbids stays forbidden."""

    fit: Fit
    best: Block  # of each mentee's scores
    bonus: Block  # of each mentee, on all scores
    first_bonus: Block  # of each mentee, on the best ones

    @property
    def mentees(self) -> int:
        return self.fit.mentees

    @property
    def mentors(self) -> int:
        return self.fit.mentors

    @property
    def highest(self) -> int:
        most = self.bonus.max(initial=0) + self.first_bonus.max(initial=0)
        return self.fit.highest // COARSER + int(most)

    def blocks(self, mentees: Indices) -> Iterator[Indices]:
        return self.fit.blocks(mentees)

    def of(self, mentees: Indices) -> Block:
        return self._helped(mentees[:, None], self.fit.of(mentees))

    def pairs(self, mentees: Indices, mentors: Indices) -> Indices:
        score = self.fit.pairs(mentees, mentors).astype(np.float32)
        return self._helped(mentees, score).astype(np.int64)

    def _helped(self, mentees: Indices, score: Block) -> Block:
        helped = np.floor(score / COARSER) + self.bonus[mentees]
        helped += np.where(score == self.best[mentees], self.first_bonus[mentees], np.float32(0))
        helped[score < 0] = -1
        return helped


def even_out(
    fit: Fit,
    labels: Mapping[str, Indices],
    attributes: Sequence[str],
    start: Assignment,
    solve: Callable[[Fit], Assignment],
) -> Assignment:
    """The assignment with the fewest groups worse off, and of these the one of the greatest total.

    `start` is the one without help; `solve` gives that of a helped fit, proven on the true one.
    """
    tried = [start]
    best = np.zeros(fit.mentees, np.float32)

    def find_best(rows: slice, block: Block) -> None:
        best[rows] = block.max(axis=1, initial=-1)

    sweep(fit, np.arange(fit.mentees), find_best)
    helps = [
        Help(labels[attribute] == group.label, attribute, group.label, ratio)
        for attribute in attributes
        for group in start.proof.groups[attribute]
        if group.mentees >= FEWEST
        for ratio in ("coverage_ratio", "first_choice_ratio")
    ]
    for _ in range(ATTEMPTS):
        proof = tried[-1].proof
        if not worse_off(proof, attributes):
            break
        for help_ in helps:
            help_.adjust(proof, fit.highest / COARSER)
        tried.append(
            solve(
                HelpedFit(
                    fit,
                    best,
                    _together(helps, "coverage_ratio", fit.mentees),
                    _together(helps, "first_choice_ratio", fit.mentees),
                )
            )
        )
    return min(
        tried,
        key=lambda each: (len(worse_off(each.proof, attributes)), -each.proof.total_score),
    )


def worse_off(proof: Proof, attributes: Sequence[str]) -> list[tuple[str, Group]]:
    """The groups that fare markedly worse, of those large enough to tell, with their attribute."""
    return [
        (attribute, group)
        for attribute in attributes
        for group in proof.groups[attribute]
        if group.worse and group.mentees >= FEWEST
    ]


@dataclass
class Help:
    """A group's bonus for what one of its ratios says, between what is too little and too much."""

    members: NDArray[np.bool]
    attribute: str
    label: int
    ratio: str
    bonus: float = 0.0
    too_little: float = 0.0
    too_much: float | None = None

    def adjust(self, proof: Proof, perfect: float) -> None:
        """`perfect` is the score of a perfect pair, which no bonus exceeds."""
        group = next(each for each in proof.groups[self.attribute] if each.label == self.label)
        ratio = getattr(group, self.ratio)
        if ratio < FOUR_FIFTHS:
            self.too_little = self.bonus
        elif ratio > 1 and self.bonus:
            self.too_much = self.bonus
        else:
            return
        if self.too_much is None:
            self.bonus = min(perfect, max(2 * self.bonus, FIRST_BONUS * perfect))
        else:
            self.bonus = (self.too_little + self.too_much) / 2


def _together(helps: Sequence[Help], ratio: str, mentees: int) -> Block:
    """The bonus of each mentee: the greatest of those of their groups."""
    bonus = np.zeros(mentees, np.float32)
    for each in helps:
        if each.ratio == ratio:
            bonus[each.members] = np.maximum(bonus[each.members], int(each.bonus))
    return bonus
