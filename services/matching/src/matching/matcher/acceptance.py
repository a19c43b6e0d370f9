"""Deferred acceptance (Gale and Shapley, 1962), mentees proposing, mentors with several places.

The outcome is stable, and each mentee gets the best mentor that any stable outcome gives them.
Lists of preferences are made a few entries at a time, of the mentors who would accept: a mentor
only ever comes to hold better mentees, so who is refused now is refused for good. Nobody needs the
whole of their list, and the order in which mentees are asked does not change the outcome.
"""

import numpy as np
from numpy.typing import NDArray

from matching.matcher.compiled import compiled
from matching.matcher.favourites import Columns, welcoming
from matching.matcher.fit import NOBODY, TOP, Block, Fit, Indices, Watch, unwatched
from matching.matcher.preferences import BY_FIT, Preferences
from matching.matcher.sweep import sweep

LIST = 32  # entries of a list of preferences that are made at once
TOGETHER = 4096  # mentees whose lists are made between two rounds of proposals


class Acceptance:
    """The mentees that each mentor holds. Mentor j has places[first[j]:first[j + 1]].

    Among equals the one with the lower index is preferred, by both sides.
    """

    def __init__(self, fit: Fit, places: Indices, preferences: Preferences = BY_FIT) -> None:
        self._fit = fit
        self._preferences = preferences
        self._first = np.concatenate([np.zeros(1, np.int64), np.cumsum(places)])
        self._held = np.zeros(len(places), np.int64)
        self._holder = np.full(self._first[-1], NOBODY, np.int64)
        self._liked = np.zeros(self._first[-1], np.float32)  # how much holders are liked there
        # Each mentee's list, how much its mentors like the mentee, and who is to be asked next.
        size = (fit.mentees, min(LIST, fit.mentors))
        self._who = np.full(size, NOBODY, np.int32)
        self._likes = np.zeros(size, np.float32)
        self._at = np.zeros(fit.mentees, np.int32)
        # What a mentee must exceed to be accepted; who is equal must come before `least_mentee`.
        self._least = np.where(places > 0, NOBODY, TOP).astype(np.float32)
        self._least_mentee = np.zeros(len(places), np.int64)

    def place(self, mentees: Indices, watch: Watch = unwatched) -> None:
        """Let these mentees propose, and whoever they displace."""
        waiting = mentees if self._fit.mentors else mentees[:0]
        started = max(1, len(waiting))
        ended = np.empty(self._fit.mentees, np.int64)
        while len(waiting):
            asking, waiting = np.sort(waiting[:TOGETHER]), waiting[TOGETHER:]
            self._make_lists(asking)
            count = _propose(
                asking,
                self._who,
                self._likes,
                self._at,
                self._first,
                self._held,
                self._holder,
                self._liked,
                self._least,
                self._least_mentee,
                ended,
            )
            waiting = np.concatenate([waiting, ended[:count]])
            watch(max(0.0, 1 - len(waiting) / started), "proposing")

    def mentor_of(self) -> Indices:
        """The mentor of each mentee, or NOBODY."""
        mentor_of = np.full(self._fit.mentees, NOBODY, np.int64)
        taken = self._holder != NOBODY
        mentor_of[self._holder[taken]] = np.repeat(
            np.arange(len(self._held)), np.diff(self._first)
        )[taken]
        return mentor_of

    def _make_lists(self, mentees: Indices) -> None:
        """List whom these mentees like most among those who would accept."""
        size = (len(mentees), self._who.shape[1])
        who, likes = np.empty(size, np.int32), np.zeros(size, np.float32)

        def work(rows: slice, block: Block) -> None:
            mine, theirs = self._preferences.sides(mentees[rows], block)
            welcoming(
                mine,
                theirs,
                mentees[rows],
                self._least,
                self._least_mentee,
                who[rows],
                likes[rows],
            )

        sweep(self._fit, mentees, work)
        self._who[mentees], self._likes[mentees], self._at[mentees] = who, likes, 0


@compiled
def _propose(
    asking: Indices,
    who: Columns,
    likes: Block,
    at: NDArray[np.int32],
    first: Indices,
    held: Indices,
    holder: Indices,
    holder_liked: Block,
    least: Block,
    least_mentee: Indices,
    ended: Indices,
) -> int:
    """Let mentees propose down their lists, and those whom they displace go on with theirs.

    `ended` takes those who came to the end of a full list, and may have more mentors to ask;
    returns how many they are.
    """
    count = 0
    for row in range(len(asking)):
        i = asking[row]
        while i != NOBODY:
            if at[i] == who.shape[1]:
                ended[count] = i
                count += 1
                break
            j = who[i, at[i]]
            if j == NOBODY:
                break
            liked = likes[i, at[i]]
            at[i] += 1
            i = _answer(j, i, liked, first, held, holder, holder_liked, least, least_mentee)
    return count


@compiled
def _answer(
    j: int,
    i: int,
    liked: float,
    first: Indices,
    held: Indices,
    holder: Indices,
    holder_liked: Block,
    least: Block,
    least_mentee: Indices,
) -> int:
    """Mentor j accepts mentee i, or not; returns who has to go: i, another or NOBODY."""
    if liked < least[j] or (liked == least[j] and i > least_mentee[j]) or least[j] == TOP:
        return i
    start, places = first[j], first[j + 1] - first[j]
    displaced = NOBODY
    place = start + held[j]
    if held[j] == places:
        for place in range(start, start + places):
            if holder[place] == least_mentee[j]:
                break
        displaced = holder[place]
    else:
        held[j] += 1
    holder[place], holder_liked[place] = i, liked
    if held[j] == places:
        worst = start
        for other in range(start + 1, start + places):
            if holder_liked[other] < holder_liked[worst] or (
                holder_liked[other] == holder_liked[worst] and holder[other] > holder[worst]
            ):
                worst = other
        least[j], least_mentee[j] = holder_liked[worst], holder[worst]
    return displaced
