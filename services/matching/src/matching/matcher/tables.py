"""What hangs on few different values, such as time zones and levels: a number for every two."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from contracts.matching import Rules, Scope
from matching.matcher.criteria import BEST_GAP, HALF_DAY
from matching.matcher.hard import hours_between
from matching.matcher.pool import Indices, Pool
from matching.matcher.rows import FORBIDDEN
from matching.matcher.shared import Numbers

# A row for each class of mentees, a column for each of mentors; and the class of each of them.
Classes = tuple[Numbers, Indices, Indices]

# The codes of mentees and of mentors; what two get whose codes are the same, and what others get.
Alike = tuple[Indices, Indices, np.float32, np.float32]

NOTHING = np.float32(0)


def classes(pool: Pool, rules: Rules, weights: Mapping[str, int]) -> Iterator[Classes]:
    """The tables that the rules ask for: of working hours, of levels."""
    mentees, mentors = pool.people
    if weights["hours"] or rules.max_hours_apart is not None:
        one, mine = np.unique(mentees.ahead, return_inverse=True)
        other, theirs = np.unique(mentors.ahead, return_inverse=True)
        yield _hours(one[:, None], other, rules, weights["hours"]), mine, theirs
    levels = (rules.min_levels_above, rules.max_levels_above)
    if weights["seniority"] or levels != (None, None):
        one, mine = np.unique(mentees.level, return_inverse=True)
        other, theirs = np.unique(mentors.level, return_inverse=True)
        yield _levels(other - one[:, None], rules, weights["seniority"]), mine, theirs


def alike(pool: Pool, rules: Rules, weights: Mapping[str, int]) -> Iterator[Alike]:
    """What the rules ask for of sites and departments."""
    mentees, mentors = pool.people
    other_site = np.float32(weights["other_site"])
    for scope, mine, theirs, elsewhere in (
        (rules.site, mentees.site, mentors.site, other_site),
        (rules.department, mentees.department, mentors.department, NOTHING),
    ):
        same = FORBIDDEN if scope is Scope.OTHER else NOTHING
        other = FORBIDDEN if scope is Scope.SAME else elsewhere
        if same or other:
            yield mine, theirs, same, other


def _hours(
    one: NDArray[np.float64], other: NDArray[np.float64], rules: Rules, weight: int
) -> Numbers:
    apart = hours_between(one, other)
    score = np.nan_to_num(np.floor(weight * (HALF_DAY - apart) / HALF_DAY)).astype(np.float32)
    if rules.max_hours_apart is not None:
        score[~(apart <= rules.max_hours_apart)] = FORBIDDEN
    return score


def _levels(gap: NDArray[np.float64], rules: Rules, weight: int) -> Numbers:
    part = np.nan_to_num(np.maximum(0.0, 1 - np.abs(gap - BEST_GAP) / 2))
    score = np.floor(weight * part).astype(np.float32)
    if rules.min_levels_above is not None:
        score[gap < rules.min_levels_above] = FORBIDDEN
    if rules.max_levels_above is not None:
        score[gap > rules.max_levels_above] = FORBIDDEN
    return score
