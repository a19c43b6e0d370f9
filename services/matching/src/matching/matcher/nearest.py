"""The mentors who suit one mentee best, while everybody else's match stands."""

import numpy as np

from matching.matcher.fit import Fit, Indices


def nearest(fit: Fit, mentee: int, room: Indices, count: int = 10) -> Indices:
    """Mentors with a free place whom no hard rule forbids, the best first; by index among equals.

    `room` is how many places each mentor has left.
    """
    score = fit.of(np.array([mentee]))[0]
    open_to = np.flatnonzero((score >= 0) & (room > 0))
    if len(open_to) > count:
        least = np.partition(score[open_to], -count)[-count]
        open_to = open_to[score[open_to] >= least]
    return open_to[np.argsort(-score[open_to], kind="stable")][:count]
