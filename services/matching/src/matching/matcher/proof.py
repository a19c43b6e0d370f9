"""What can be shown of an assignment, by looking at every pair again, whoever made it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.matcher.pool import Indices
from matching.matcher.scores import BARRED, Scores


@dataclass(frozen=True)
class Proof:
    mean_score: float  # in [0, 1], of those who were assigned
    lowest_score: float
    first_choices: int  # mentees assigned to a mentor whom nobody exceeds for them
    blocking_pairs: int  # two who would both rather have each other


def prove(scores: Scores, mentor_of: Indices, places: Indices) -> Proof:
    """`mentor_of` has the mentor of each mentee, or a negative number.

    Raises ValueError for an assignment over capacity, or of a pair that a hard rule forbids.
    """
    everyone = np.arange(len(mentor_of))
    assigned = mentor_of >= 0
    own = np.full(len(mentor_of), BARRED, np.int64)
    best = np.full(len(mentor_of), BARRED, np.int64)
    for block in scores.blocks(everyone):
        score = scores.of(block)
        row = np.flatnonzero(assigned[block])
        own[block[row]] = score[row, mentor_of[block[row]]]
        best[block] = score.max(axis=1, initial=BARRED)
    load = np.bincount(mentor_of[assigned], minlength=len(places))
    if (load > places).any() or (own[assigned] < 0).any():
        raise ValueError("the assignment breaks a hard rule")
    return Proof(
        mean_score=float(own[assigned].mean()) / scores.highest if assigned.any() else 0.0,
        lowest_score=float(own[assigned].min()) / scores.highest if assigned.any() else 0.0,
        first_choices=int((own == best)[assigned].sum()),
        blocking_pairs=_count_blocking(scores, mentor_of, own, load < places),
    )


def _count_blocking(
    scores: Scores, mentor_of: Indices, own: Indices, has_room: NDArray[np.bool]
) -> int:
    """Pairs in which the mentee gains, and the mentor has room or would drop a lesser mentee."""
    least = np.full(len(has_room), np.iinfo(np.int64).max)
    assigned = mentor_of >= 0
    np.minimum.at(least, mentor_of[assigned], own[assigned])
    least[has_room] = BARRED
    blocking = 0
    for block in scores.blocks(np.arange(len(mentor_of))):
        score = scores.of(block)
        blocking += int(((score > own[block][:, None]) & (score > least)).sum())
    return blocking
