"""Placing whoever can be placed: augmenting paths (Berge, 1957), over the scores as they are."""

from collections import deque

import numpy as np

from matching.matcher.fit import NOBODY, Fit, Indices

ROWS = 64  # mentees whose scores are looked at together


def place_more(fit: Fit, mentor_of: Indices, places: Indices) -> None:
    """Move people along paths until as many are placed as the hard rules allow.

    A search that fails has seen a group of mentors whose mentees can go nowhere else: nobody needs
    to go there again, so all searches that fail take one pass over the scores at most.
    """
    waiting = np.flatnonzero(mentor_of == NOBODY)
    room = places - np.bincount(mentor_of[mentor_of >= 0], minlength=len(places))
    if not len(waiting) or not room.any():
        return
    held: list[set[int]] = [set() for _ in places]
    for i in np.flatnonzero(mentor_of >= 0).tolist():
        held[mentor_of[i]].add(i)
    closed = places == 0
    for i in waiting.tolist():
        if not room.any():
            return
        path = _path(fit, i, held, room, closed)
        for mentee, mentor in path:
            left = int(mentor_of[mentee])
            if left != NOBODY:
                held[left].remove(mentee)
            held[mentor].add(mentee)
            mentor_of[mentee] = mentor
        if path:
            room[path[0][1]] -= 1


def _path(
    fit: Fit, mentee: int, held: list[set[int]], room: Indices, closed: Indices
) -> list[tuple[int, int]]:
    """Who moves to whom, the one who takes a free place first; empty if there is no way.

    Then the mentors that were seen are closed.
    """
    seen = closed.copy()
    reached_by: dict[int, int] = {}
    waiting = deque([mentee])
    while waiting:
        rows = [waiting.popleft() for _ in range(min(ROWS, len(waiting)))]
        for i, score in zip(rows, fit.of(np.array(rows)), strict=True):
            fresh = np.flatnonzero((score >= 0) & ~seen)
            seen[fresh] = True
            reached_by.update(dict.fromkeys(fresh.tolist(), i))
            free = fresh[room[fresh] > 0]
            if len(free):
                return _back(int(free[score[free].argmax()]), mentee, reached_by, held)
            for j in fresh.tolist():
                waiting.extend(sorted(held[j]))
    closed |= seen
    return []


def _back(
    mentor: int, mentee: int, reached_by: dict[int, int], held: list[set[int]]
) -> list[tuple[int, int]]:
    mentor_of = {i: j for j in reached_by for i in held[j]}
    path = [(reached_by[mentor], mentor)]
    while path[-1][0] != mentee:
        mentor = mentor_of[path[-1][0]]
        path.append((reached_by[mentor], mentor))
    return path
