"""The mentors whom mentees may bid for: found among all, merged, looked at."""

from dataclasses import dataclass

import numpy as np

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
