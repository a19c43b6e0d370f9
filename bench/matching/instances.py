"""Markets: as many mentors as a fifth of the mentees, some 1.1 places for each mentee.

Thirty features a person, in whole numbers, so that every contender sees the same scores exactly. A
hard rule forbids one pair in eight. Nothing here needs more than NumPy: peers run it too.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

FEATURES = 30
GRAIN = 2**9  # of a feature; a score is a sum of products of two
POPULARITY = {"uniform": 0.0, "clustered": 0.2, "adversarial": 0.6}  # the spread of what all like
TASTE = {"uniform": 1.0, "clustered": 1.0, "adversarial": 0.05}  # the part of what each likes
LANGUAGES = 8  # a pair of the same number is forbidden
ROWS = 64  # of a block: it stays in the cache

Indices = NDArray[np.int64]
Scores = NDArray[np.float32]


class Market:
    """Scores are the features' products, what everybody likes in a mentor, and a base of 1.5."""

    def __init__(self, mentees: int, kind: str, seed: int = 1) -> None:
        rng = np.random.default_rng(seed)
        self.mentees, self.mentors = mentees, mentees // 5
        seekers = rng.normal(size=(mentees, FEATURES))
        givers = rng.normal(size=(self.mentors, FEATURES))
        seekers *= TASTE[kind] / np.linalg.norm(seekers, axis=1, keepdims=True)
        givers /= np.linalg.norm(givers, axis=1, keepdims=True)
        liked = np.clip(rng.normal(0, POPULARITY[kind], self.mentors), -1.5, 1.5)
        self.places = rng.integers(1, 11, self.mentors)
        unit = 2 * GRAIN * GRAIN
        self._seekers = np.hstack([np.rint(seekers * GRAIN), np.ones((mentees, 1))])
        self._givers = np.vstack([np.rint(givers.T * 2 * GRAIN), np.rint((liked + 1.5) * unit)])
        self._seekers = self._seekers.astype(np.float32)
        self._givers = self._givers.astype(np.float32)
        self._spoken = [rng.integers(0, LANGUAGES, size) for size in (mentees, self.mentors)]
        self.highest = 4 * unit

    def blocks(self, mentees: Indices) -> Iterator[Indices]:
        for start in range(0, len(mentees), ROWS):
            yield mentees[start : start + ROWS]

    def of(self, mentees: Indices) -> Scores:
        score = self._seekers[mentees] @ self._givers
        score[self._spoken[0][mentees, None] == self._spoken[1]] = -1
        return score

    def columns(self, mentors: Indices) -> Scores:
        score = self._givers.T[mentors] @ self._seekers.T
        score[self._spoken[1][mentors, None] == self._spoken[0]] = -1
        return score

    def pairs(self, mentees: Indices, mentors: Indices) -> Indices:
        products = self._seekers[mentees] * self._givers.T[mentors]
        score = products.astype(np.int64).sum(axis=1)
        return np.where(self._spoken[0][mentees] == self._spoken[1][mentors], -1, score)

    def change(self, mentees: Indices, mentors: Indices, seed: int) -> None:
        """Some become other people."""
        rng = np.random.default_rng(seed)
        near = np.rint(rng.normal(0, GRAIN / FEATURES**0.5, (len(mentees), FEATURES)))
        self._seekers[mentees, :-1] = near
        far = np.rint(rng.normal(0, 2 * GRAIN / FEATURES**0.5, (FEATURES, len(mentors))))
        self._givers[:-1, mentors] = far
