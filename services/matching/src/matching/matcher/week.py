"""When people can meet in a usual week, whatever their time zones."""

import math
from collections.abc import Sequence
from datetime import time

import numpy as np
from numpy.typing import NDArray

from contracts.profiles import Person, Window

QUARTERS = 4  # of an hour
DAY = 24 * QUARTERS
WEEK = 7 * DAY

# For who has not said when: Monday to Friday, 9 to 17 by their own clock.
USUAL = tuple(Window(weekday=day, opens=time(9), closes=time(17)) for day in range(1, 6))

Week = NDArray[np.bool_]  # for each quarter of an hour from Monday 0:00 UTC on: whether it is free


def week(windows: Sequence[Window], ahead: float) -> Week:
    """The free time of who is so many hours ahead of UTC; none where that is not known (NaN)."""
    free = np.zeros(WEEK, np.bool_)
    if math.isnan(ahead):
        return free
    for window in windows:
        start = (window.weekday - 1) * DAY - round(ahead * QUARTERS)
        span = np.arange(start + _quarter(window.opens), start + _quarter(window.closes))
        free[span % WEEK] = True
    return free


def windows_of(person: Person) -> tuple[Window, ...]:
    return tuple(person.availability) or USUAL


def hours_shared(one: Week, other: Week) -> float:
    """Hours a week in which both are free."""
    return int(np.count_nonzero(one & other)) / QUARTERS


def _quarter(clock: time) -> int:
    """The nearest quarter of an hour; 23:59 is the end of the day."""
    return round((clock.hour * 60 + clock.minute) * QUARTERS / 60)
