"""The mentors whom mentees may bid for: found among all, merged, looked at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.matcher.compiled import compiled
from matching.matcher.favourites import Columns, dearest, put
from matching.matcher.fit import NOBODY, Block, Fit, Indices, Watch
from matching.matcher.sweep import sweep

ADDED = 32  # candidates that a look adds
KEPT = 64  # candidates at most
NOTHING = -(2**52)  # what is left to a mentee to whom everybody is forbidden


@dataclass(frozen=True)
class Candidates:
    """A row for each mentee, with the candidates' scores; NOBODY after the last."""

    who: Columns
    score: Block

    @classmethod
    def none(cls, mentees: int) -> "Candidates":
        return cls(np.empty((mentees, 0), np.int32), np.empty((mentees, 0), np.float32))

    def extended(self, mentees: int, width: int) -> "Candidates":
        """With rows for newcomers, and for at least so many candidates each."""
        size = len(self.who), self.who.shape[1]
        if size[0] >= mentees and size[1] >= width:
            return self
        more = ((0, mentees - size[0]), (0, max(0, width - size[1])))
        return Candidates(np.pad(self.who, more, constant_values=NOBODY), np.pad(self.score, more))

    def repeated(self, times: int) -> "Candidates":
        return Candidates(np.repeat(self.who, times, axis=0), np.repeat(self.score, times, axis=0))


def look(fit: Fit, mentees: Indices, price: Indices, watch: Watch) -> tuple[Candidates, Indices]:
    """The best candidates of all mentors at these prices, and what the very best of them leaves."""
    size = (len(mentees), min(ADDED, fit.mentors))
    found = Candidates(np.full(size, NOBODY, np.int32), np.zeros(size, np.float32))
    surplus = np.full(len(mentees), NOTHING, np.int64)
    asked = price.astype(np.float32)

    def work(rows: slice, score: Block) -> None:
        dearest(score, asked, found.who[rows], found.score[rows], surplus[rows])

    sweep(fit, mentees, work, watch, "scoring")
    return found, surplus


def as_asked(price: Indices) -> Indices:
    """Prices as a look rounds them: above TOP float32 holds even numbers only."""
    return price.astype(np.float32).astype(np.int64)


def merge(old: Candidates, new: Candidates, price: Indices, mentor_of: Indices) -> Candidates:
    """The new ones, who each has now, and the best of the old ones at these prices."""
    width = new.who.shape[1]
    size = (len(mentor_of), max(width, min(KEPT, old.who.shape[1] + width)))
    merged = Candidates(np.full(size, NOBODY, np.int32), np.zeros(size, np.float32))
    _merge(old.who, old.score, new.who, new.score, price, mentor_of, merged.who, merged.score)
    return merged


@compiled
def _merge(
    old: Columns,
    old_score: Block,
    new: Columns,
    new_score: Block,
    price: Indices,
    mentor_of: Indices,
    who: Columns,
    score: Block,
) -> None:
    width = new.shape[1]
    room = who.shape[1] - width
    value = np.empty(room, np.int64)
    place = np.empty(room, np.int32)
    listed = np.full(len(price), -1, np.int64)  # by whom each mentor was listed last
    for i in range(len(who)):
        who[i, :width], score[i, :width] = new[i], new_score[i]
        end = 0
        while end < width and new[i, end] >= 0:
            listed[new[i, end]] = i
            end += 1
        found = 0
        if room > 0:
            for q in range(old.shape[1]):
                j = old[i, q]
                if j < 0:
                    break
                if listed[j] == i:
                    continue
                left = int(old_score[i, q]) - int(price[j])
                if j == mentor_of[i]:
                    left = -NOTHING
                if found < room or left > value[0]:
                    found = put(value, place, found, left, q)
        for q in range(found):
            who[i, end + q], score[i, end + q] = old[i, place[q]], old_score[i, place[q]]


@compiled
def forget(candidates: Columns, score: Block, gone: NDArray[np.bool]) -> None:
    """Strike some mentors off everybody's list."""
    for i in range(len(candidates)):
        kept = 0
        for q in range(candidates.shape[1]):
            j = candidates[i, q]
            if j < 0:
                break
            if not gone[j]:
                candidates[i, kept], score[i, kept] = j, score[i, q]
                kept += 1
        candidates[i, kept:] = NOBODY


@compiled
def add(
    candidates: Columns,
    score: Block,
    mentees: Indices,
    mentors: Indices,
    scores: Block,
    price: Indices,
    mentor_of: Indices,
) -> None:
    """Put each pair on its mentee's list, if that is full in the place of who leaves least."""
    for at in range(len(mentees)):
        i = mentees[at]
        place, least = 0, -NOTHING
        for q in range(candidates.shape[1]):
            j = candidates[i, q]
            if j < 0 or j == mentors[at]:
                place = q
                break
            left = int(score[i, q]) - int(price[j])
            if left < least and j != mentor_of[i]:
                place, least = q, left
        candidates[i, place], score[i, place] = mentors[at], scores[at]


def standing(candidates: Candidates, price: Indices, mentor_of: Indices) -> tuple[Indices, Indices]:
    """The score that each mentee has, 0 for nobody, and what the best candidate would leave."""
    own = np.zeros(len(mentor_of), np.int64)
    best = np.full(len(mentor_of), NOTHING, np.int64)
    _standing(candidates.who, candidates.score, price, mentor_of, own, best)
    return own, best


@compiled
def _standing(
    who: Columns, score: Block, price: Indices, mentor_of: Indices, own: Indices, best: Indices
) -> None:
    for i in range(len(mentor_of)):
        for q in range(who.shape[1]):
            j = who[i, q]
            if j < 0:
                break
            best[i] = max(best[i], np.int64(score[i, q]) - price[j])
            if j == mentor_of[i]:
                own[i] = np.int64(score[i, q])
