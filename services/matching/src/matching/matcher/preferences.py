"""Whom mentees and mentors like how much: by fit alone, or by what they ranked themselves."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.matcher.fit import TOP, Block, Indices

FORBIDDEN = np.float32(-1)


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
    """What one side ranked: triples (mentee, mentor, rank), rank 0 the first, by mentee.

    A pair appears once at most. Whoever is `strict` takes nobody whom they did not rank; all
    others like those after the ranked ones, by fit.
    """

    mentee: Indices
    mentor: Indices
    rank: Indices
    strict: NDArray[np.bool]  # of each member of the side


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
        return _of_pairs(self.by_mentees, mentees, mentors, score, mentees)

    def of_mentors_in_pairs(self, mentees: Indices, mentors: Indices, score: Block) -> Block:
        return _of_pairs(self.by_mentors, mentees, mentors, score, mentors)


def _liked(rank: Indices) -> Block:
    """Above every score: those are below TOP by far more than anybody ranks."""
    return (TOP - 1 - rank).astype(np.float32)


def _set_ranked(block: Block, ranking: Ranking, mentees: Indices) -> None:
    for row, mentee in enumerate(mentees.tolist()):
        start, end = np.searchsorted(ranking.mentee, [mentee, mentee + 1])
        block[row, ranking.mentor[start:end]] = _liked(ranking.rank[start:end])


def _of_pairs(
    ranking: Ranking, mentees: Indices, mentors: Indices, score: Block, members: Indices
) -> Block:
    """Of pairs that are in an assignment; `members` are those of the side that ranks."""
    liked = np.where(ranking.strict[members], FORBIDDEN, score).astype(np.float32)
    ranked = {
        (i, j): rank
        for i, j, rank in zip(
            ranking.mentee.tolist(), ranking.mentor.tolist(), ranking.rank.tolist(), strict=True
        )
    }
    for place, pair in enumerate(zip(mentees.tolist(), mentors.tolist(), strict=True)):
        if pair in ranked:
            liked[place] = TOP - 1 - ranked[pair]
    return liked
