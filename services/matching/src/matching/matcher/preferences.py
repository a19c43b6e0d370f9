"""Whom mentees and mentors like how much: by fit alone, or by what they ranked themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.matcher.fit import TOP, Block, Indices

FORBIDDEN = np.float32(-1)
RANKS = 1000  # people whom one may rank; a fit's `highest` is below TOP by more than that


class Preferences(Protocol):
    """Higher is liked more; negative is not to be had. They are made of scores."""

    def sides(self, mentees: Indices, block: Block) -> tuple[Block, Block]:
        """How these mentees like all mentors, and how all mentors like them: rows for mentees."""
        ...

    def of_mentees_in_pairs(self, mentees: Indices, mentors: Indices, score: Block) -> Block:
        """How each mentee likes the mentor of the same place."""
        ...

    def of_mentors_in_pairs(self, mentees: Indices, mentors: Indices, score: Block) -> Block: ...


class ByFit:
    """Both sides like each other as well as they fit."""

    def sides(self, mentees: Indices, block: Block) -> tuple[Block, Block]:
        return block, block

    def of_mentees_in_pairs(self, mentees: Indices, mentors: Indices, score: Block) -> Block:
        return score

    def of_mentors_in_pairs(self, mentees: Indices, mentors: Indices, score: Block) -> Block:
        return score


BY_FIT = ByFit()


@dataclass(frozen=True)
class Ranking:
    """Whom each member of a side ranked: pairs, by mentee, with their rank, 0 the first.

    Whoever is `strict` takes nobody whom they did not rank; all others like those after the ranked
    ones, by fit.
    """

    mentee: Indices
    mentor: Indices
    rank: Indices
    strict: NDArray[np.bool]  # of each member

    @classmethod
    def of_mentees(cls, lists: Sequence[Sequence[int]], strict: Sequence[bool]) -> "Ranking":
        """`lists` has, for each mentee, the mentors they ranked, the best first.

        Raises ValueError for a list longer than RANKS, or one that names somebody twice.
        """
        return cls(*_triples(lists), np.array(strict, np.bool_))

    @classmethod
    def of_mentors(cls, lists: Sequence[Sequence[int]], strict: Sequence[bool]) -> "Ranking":
        """The same for mentors, who rank mentees."""
        mentor, mentee, rank = _triples(lists)
        by_mentee = np.argsort(mentee, kind="stable")
        return cls(
            mentee[by_mentee], mentor[by_mentee], rank[by_mentee], np.array(strict, np.bool_)
        )

    def liked(self, mentees: Indices, mentors: Indices, score: Block) -> Block:
        """How much the ranking side likes each of these pairs, which have these scores.

        Who was ranked is above every score.
        """
        at, found = self._places(mentees, mentors)
        liked = score.copy()
        liked[found] = TOP - 1 - self.rank[at[found]]
        return liked

    def _places(self, mentees: Indices, mentors: Indices) -> tuple[Indices, NDArray[np.bool]]:
        if not len(self.mentee):
            return np.zeros(len(mentees), np.int64), np.zeros(len(mentees), np.bool_)
        known = self.mentee * TOP + self.mentor
        order = np.argsort(known)
        asked = mentees * TOP + mentors
        at = order[np.minimum(np.searchsorted(known[order], asked), len(known) - 1)]
        return at, known[at] == asked


def _triples(lists: Sequence[Sequence[int]]) -> tuple[Indices, Indices, Indices]:
    for member, ranked in enumerate(lists):
        if len(ranked) > RANKS or len(set(ranked)) < len(ranked):
            raise ValueError(f"the list of {member} is longer than {RANKS} or names somebody twice")
    lengths = [len(ranked) for ranked in lists]
    member = np.repeat(np.arange(len(lists)), lengths)
    other = np.array([each for ranked in lists for each in ranked], np.int64)
    rank = np.array([rank for length in lengths for rank in range(length)], np.int64)
    return member, other, rank


@dataclass(frozen=True)
class ByChoice:
    """Who was ranked is liked more than anybody who was not.

    A pair that a hard rule forbids stays forbidden, and so does one that either side rules out.
    """

    by_mentees: Ranking
    by_mentors: Ranking

    def sides(self, mentees: Indices, block: Block) -> tuple[Block, Block]:
        mine = np.where(self.by_mentees.strict[mentees, None], FORBIDDEN, block)
        theirs = np.where(self.by_mentors.strict[None, :], FORBIDDEN, block)
        _set_ranked(mine, self.by_mentees, mentees)
        _set_ranked(theirs, self.by_mentors, mentees)
        neither = (block < 0) | (mine < 0) | (theirs < 0)
        mine[neither] = theirs[neither] = FORBIDDEN
        return mine, theirs

    def of_mentees_in_pairs(self, mentees: Indices, mentors: Indices, score: Block) -> Block:
        return self.by_mentees.liked(mentees, mentors, score)

    def of_mentors_in_pairs(self, mentees: Indices, mentors: Indices, score: Block) -> Block:
        return self.by_mentors.liked(mentees, mentors, score)


def _set_ranked(block: Block, ranking: Ranking, mentees: Indices) -> None:
    for row, mentee in enumerate(mentees.tolist()):
        start, end = np.searchsorted(ranking.mentee, [mentee, mentee + 1])
        block[row, ranking.mentor[start:end]] = TOP - 1 - ranking.rank[start:end]
