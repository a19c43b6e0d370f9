"""The hard rules: which of them forbid a pair, and what they cost a mentee.

The scores forbid the same pairs, by faster means; this says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from contracts.matching import Rules, Scope
from matching.matcher.pool import UNKNOWN, Bars, Indices, Pool
from matching.matcher.week import QUARTERS

Forbidden = NDArray[np.bool_]  # for each mentor


class HardRule(StrEnum):
    ONESELF = "oneself"
    EXCLUDED = "excluded"
    EARLIER = "earlier"
    REPORTING_LINE = "reporting_line"
    COMMON_LANGUAGE = "common_language"
    HOURS_APART = "max_hours_apart"
    HOURS_SHARED = "min_hours_shared"
    SITE = "site"
    DEPARTMENT = "department"
    LEVELS_BELOW = "min_levels_above"
    LEVELS_ABOVE = "max_levels_above"


@dataclass(frozen=True)
class Obstacle:
    """What a hard rule costs a mentee."""

    rule: HardRule
    lost: int  # mentors whom it forbids
    alone: int  # of them, those whom no other rule forbids
    places: int  # free places with those


@dataclass(frozen=True)
class Obstacles:
    """Why a mentee has no more mentors to choose from; the rule that costs most first."""

    mentors: int
    left: int  # mentors whom no rule forbids
    rules: list[Obstacle]


def forbidding(pool: Pool, rules: Rules, mentee: int) -> Mapping[HardRule, Forbidden]:
    """For each hard rule that forbids somebody, whom."""
    mentees, mentors = pool.people
    apart = hours_between(mentees.ahead[[mentee]], mentors.ahead)
    gap = mentors.level - mentees.level[mentee]
    spoken: Forbidden = np.any(mentors.tongues & mentees.tongues[:, mentee, None], axis=0)
    found: dict[HardRule, Forbidden | None] = {
        HardRule.ONESELF: _of(pool.own, mentee, pool),
        HardRule.EXCLUDED: _of(pool.excluded, mentee, pool),
        HardRule.EARLIER: _of(pool.earlier, mentee, pool),
        HardRule.REPORTING_LINE: _of(pool.in_line, mentee, pool),
        HardRule.COMMON_LANGUAGE: ~spoken if rules.common_language else None,
        HardRule.HOURS_APART: None
        if rules.max_hours_apart is None
        else _farther(apart, rules.max_hours_apart),
        HardRule.HOURS_SHARED: None
        if rules.min_hours_shared is None
        else hours_shared(pool, mentee) < rules.min_hours_shared,
        HardRule.SITE: _scoped(rules.site, mentees.site[mentee], mentors.site),
        HardRule.DEPARTMENT: _scoped(
            rules.department, mentees.department[mentee], mentors.department
        ),
        HardRule.LEVELS_BELOW: None
        if rules.min_levels_above is None
        else gap < rules.min_levels_above,
        HardRule.LEVELS_ABOVE: None
        if rules.max_levels_above is None
        else gap > rules.max_levels_above,
    }
    return {rule: each for rule, each in found.items() if each is not None and each.any()}


def hours_shared(pool: Pool, mentee: int) -> NDArray[np.float64]:
    """Hours a week in which the mentee and each mentor are free."""
    mine, theirs = (side.weeks for side in pool.people)
    free = mine.free[mine.which[mentee]]
    return (np.count_nonzero(theirs.free & free, axis=1) / QUARTERS)[theirs.which]


def obstacles(pool: Pool, rules: Rules, mentee: int) -> Obstacles:
    """What each hard rule costs a mentee of the pool."""
    found = forbidding(pool, rules, mentee)
    against = np.zeros(pool.mentors, np.int64)
    for each in found.values():
        against += each
    alone = {rule: each & (against == 1) for rule, each in found.items()}
    costs = [
        Obstacle(
            rule=rule,
            lost=int(found[rule].sum()),
            alone=int(alone[rule].sum()),
            places=int(pool.places[alone[rule]].sum()),
        )
        for rule in found
    ]
    return Obstacles(
        mentors=pool.mentors,
        left=int((against == 0).sum()),
        rules=sorted(costs, key=lambda each: (-each.alone, -each.lost)),
    )


def _farther(apart: NDArray[np.float64], hours: float) -> Forbidden:
    """Where it is not known (NaN) too."""
    return ~(apart <= hours)


def hours_between(
    one: NDArray[np.float64] | np.float64, other: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What `criteria.hours_apart` says, for many."""
    apart = np.abs(one - other) % 24
    return np.minimum(apart, 24 - apart)


def _of(bars: Bars, mentee: int, pool: Pool) -> Forbidden:
    forbidden = np.zeros(pool.mentors, np.bool_)
    forbidden[bars.of_mentee(mentee)] = True
    return forbidden


def _scoped(scope: Scope, own: np.int64, theirs: Indices) -> Forbidden | None:
    """Who works elsewhere, or at the same; where that is not known, nobody is forbidden."""
    if own == UNKNOWN or scope not in {Scope.SAME, Scope.OTHER}:
        return None
    same = theirs == own
    return same if scope is Scope.OTHER else ~same & (theirs != UNKNOWN)
