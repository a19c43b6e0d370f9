"""Placing whoever can be placed: augmenting paths (Berge, 1957), over the scores as they are."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from matching.matcher.fit import NOBODY, Fit, Indices

ROWS = 64  # mentees whose scores are looked at together


def place_more(fit: Fit, mentor_of: Indices, places: Indices) -> None:
    """Move people along paths until as many are placed as the hard rules allow.

    A search that fails has seen a group of mentors whose mentees can go nowhere else: nobody needs
    to go there again, so all searches that fail take one pass over the scores at most.
    """
    room = places - np.bincount(mentor_of[mentor_of >= 0], minlength=len(places))
    closed = places == 0
    for mentee in np.flatnonzero(mentor_of == NOBODY).tolist():
        if not room.any():
            return
        path = _path(fit, mentee, mentor_of, room, closed)
        for i, j in path:
            mentor_of[i] = j
        if path:
            room[path[0][1]] -= 1


def _path(
    fit: Fit, mentee: int, mentor_of: Indices, room: Indices, closed: NDArray[np.bool]
) -> list[tuple[int, int]]:
    """Who moves to whom, the one who takes a free place first; empty if there is no way.

    Then the mentors that were seen are closed.
    """
    seen = closed.copy()
    reached_by: dict[int, int] = {}
    waiting = deque([mentee])
    while waiting:
        rows = np.array([waiting.popleft() for _ in range(min(ROWS, len(waiting)))])
        found: list[int] = []
        for i, score in zip(rows.tolist(), fit.of(rows), strict=True):
            fresh = np.flatnonzero((score >= 0) & ~seen)
            seen[fresh] = True
            reached_by.update((j, i) for j in fresh.tolist())
            free = fresh[room[fresh] > 0]
            if len(free):
                return _back(int(free[score[free].argmax()]), mentee, reached_by, mentor_of)
            found.extend(fresh.tolist())
        if found:
            waiting.extend(np.flatnonzero(np.isin(mentor_of, found)).tolist())
    closed |= seen
    return []


def _back(
    mentor: int, mentee: int, reached_by: dict[int, int], mentor_of: Indices
) -> list[tuple[int, int]]:
    path = [(reached_by[mentor], mentor)]
    while path[-1][0] != mentee:
        mentor = int(mentor_of[path[-1][0]])
        path.append((reached_by[mentor], mentor))
    return path
