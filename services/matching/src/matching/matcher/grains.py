"""What a programme's weights are worth in whole numbers, so that sums of scores are exact."""

import math

import numpy as np

from contracts.matching import Rules
from matching.domain.programme import CRITERIA, total_weight
from matching.matcher.criteria import HALF_DAY
from matching.matcher.meaning import HIGHEST

# A weight is a number of units, and a unit can be shared out over up to ten terms without a
# remainder. All weights together stay below 2**24, up to which float32 holds whole numbers.
UNIT = 2520
UNITS = 6600  # of all weights together, at most, but for rounding


def grains(rules: Rules) -> dict[str, int]:
    """What a pair can get for each criterion; together it is a perfect pair's score.

    Weights count in proportion: exactly where they have one decimal, else to within one in a
    thousand of all. Any above zero counts.
    """
    weights = {each: float(getattr(rules, f"weight_{each}")) for each in CRITERIA}
    units = UNITS / total_weight(rules)  # for a weight of one
    if units >= 10:
        units = units // 10 * 10
    return {
        criterion: max(1, round(units * weight)) * UNIT if weight > 0 else 0
        for criterion, weight in weights.items()
    }


def of_share(weight: int, shared: int, named: int) -> int:
    """What some of the terms that somebody named are worth: the same for each, rounded down."""
    return shared * (weight // named) if named else 0


def of_hours(weight: int, apart: float) -> int:
    return 0 if math.isnan(apart) else math.floor(weight * (HALF_DAY - apart) / HALF_DAY)


def of_closeness(weight: int, closeness: float) -> int:
    """`closeness` is of 0 to `meaning.HIGHEST`."""
    return int(np.floor(np.float32(closeness) * scale_of(weight)))


def scale_of(weight: int) -> np.float32:
    """What a closeness is multiplied by; a little less, so that rounding never exceeds it."""
    return np.float32(weight / HIGHEST * (1 - 2**-22))
