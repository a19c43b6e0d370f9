"""What can be shown of an assignment, by looking at every pair again, whoever made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.matcher.fit import NOBODY, TOP, Block, Fit, Indices, Watch, unwatched
from matching.matcher.judging import judge
from matching.matcher.parity import Group, parity
from matching.matcher.preferences import BY_FIT, Preferences
from matching.matcher.sweep import sweep

NEVER = np.float32(TOP)  # what nobody exceeds


@dataclass(frozen=True)
class Proof:
    """The certificate's measures. A fit is in [0, 1]; shares are of the mentees who take part."""

    placed: int
    total_score: float  # the sum of the fits
    mean_score: float  # of those who were placed
    tenth_percentile: float  # of the placed, a tenth have less; 0 if nobody is
    lowest_score: float
    first_choices: int  # mentees placed with a mentor whom they like nobody more than
    top_three: int  # ... at most two more than
    blocking_pairs: int  # two who would both rather have each other than what they have
    largest_regret: float  # the most that both of such a pair would gain, in fits
    load_gini: (
        float  # 0: all mentors have the same part of their places taken; near 1: few have all
    )
    hard_rule_violations: int  # pairs that a hard rule forbids, and places that there are not
    optimality_gap: float | None = None  # at most this share of the greatest total is missing
    groups: Mapping[str, list[Group]] = field(default_factory=dict[str, list[Group]])


@dataclass(frozen=True)
class Assignment:
    """The mentor of each mentee, by index, or -1; and what can be shown of it."""

    mentor_of: Indices
    proof: Proof
    bound: int | None = None  # no assignment of as many pairs has a greater total; none: unknown
    cost_of_parity: float | None = None  # the share of the total given up for it, where asked for


def prove(
    fit: Fit,
    mentor_of: Indices,
    places: Indices,
    *,
    preferences: Preferences = BY_FIT,
    labels: Mapping[str, Indices] | None = None,
    bound: int | None = None,
    watch: Watch = unwatched,
) -> Proof:
    """`mentor_of` has the mentor of each mentee, or a negative number.

    Choices and blocking pairs are measured on `preferences`, all else on the fit. `labels` has,
    by attribute, the group of each mentee. `bound` is what no total of fits can exceed.

    Raises ValueError for an assignment over capacity, or of a pair that a hard rule forbids.
    """
    placed = np.flatnonzero(mentor_of >= 0)
    own = np.full(len(mentor_of), NOBODY, np.int64)
    own[placed] = fit.pairs(placed, mentor_of[placed])
    load = np.bincount(mentor_of[placed], minlength=len(places))
    violations = int((own[placed] < 0).sum() + np.maximum(load - places, 0).sum())
    if violations:
        raise ValueError(f"the assignment breaks a hard rule {violations} times")
    better, blocking, regret = _look_at_all(fit, mentor_of, own, load < places, preferences, watch)
    first = (better == 0) & (mentor_of >= 0)
    fits = own[placed] / fit.highest
    total = int(own[placed].sum())
    return Proof(
        placed=len(placed),
        total_score=total / fit.highest,
        mean_score=float(fits.mean()) if len(placed) else 0.0,
        tenth_percentile=float(np.sort(fits)[len(fits) // 10]) if len(placed) else 0.0,
        lowest_score=float(fits.min()) if len(placed) else 0.0,
        first_choices=int(first.sum()),
        top_three=int(((better <= 2) & (mentor_of >= 0)).sum()),
        blocking_pairs=int(blocking.sum()),
        largest_regret=float(regret.max(initial=0)) / fit.highest,
        load_gini=_gini(load[places > 0] / places[places > 0]),
        hard_rule_violations=violations,
        optimality_gap=None if bound is None else (bound - total) / max(1, bound),
        groups={
            attribute: parity(groups, own / fit.highest, first)
            for attribute, groups in (labels or {}).items()
        },
    )


def _look_at_all(
    fit: Fit,
    mentor_of: Indices,
    own: Indices,
    has_room: NDArray[np.bool],
    preferences: Preferences,
    watch: Watch,
) -> tuple[Indices, Indices, NDArray[np.float32]]:
    """Per mentee: mentors liked more than the own, those who would agree, greatest regret."""
    placed = np.flatnonzero(mentor_of >= 0)
    score = own[placed].astype(np.float32)
    mine = np.full(len(mentor_of), NOBODY, np.float32)
    mine[placed] = preferences.of_mentees_in_pairs(placed, mentor_of[placed], score)
    least = np.full(len(has_room), NEVER, np.float32)
    theirs = preferences.of_mentors_in_pairs(placed, mentor_of[placed], score)
    np.minimum.at(least, mentor_of[placed], theirs)
    least[has_room] = NOBODY
    better = np.zeros(len(mentor_of), np.int64)
    blocking = np.zeros(len(mentor_of), np.int64)
    regret = np.zeros(len(mentor_of), np.float32)
    everyone = np.arange(len(mentor_of))

    def work(rows: slice, block: Block) -> None:
        liked, other = preferences.sides(everyone[rows], block)
        judge(liked, other, mine[rows], least, better[rows], blocking[rows], regret[rows])

    sweep(fit, everyone, work, watch, "proving")
    return better, blocking, regret


def _gini(shares: NDArray[np.float64]) -> float:
    """The Gini coefficient: half the mean difference of two, over the mean."""
    if not shares.sum():
        return 0.0
    ordered = np.sort(shares)
    rank = np.arange(1, len(shares) + 1)
    return float((2 * rank - len(shares) - 1) @ ordered / (len(shares) * ordered.sum()))
