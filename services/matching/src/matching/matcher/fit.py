"""What the solvers and the certificate ask of scores, whoever computes them."""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]  # of mentees, of mentors; or exact scores

# Whole numbers below TOP, which float32 holds exactly: sums and comparisons are exact, so the
# outcome is the same on every machine.
Block = NDArray[np.float32]
TOP = 2**24

# Called now and then with the share of the work that is done, in [0, 1], and what is being done.
# It may raise: that ends the work.
Watch = Callable[[float, str], None]

NOBODY = -1


class Fit(Protocol):
    """How well mentees and mentors suit each other: whole numbers from 0 to `highest`.

    Negative where a hard rule forbids the pair. Everybody is an index; the same index always has
    the same scores.
    """

    @property
    def mentees(self) -> int: ...

    @property
    def mentors(self) -> int: ...

    @property
    def highest(self) -> int:
        """What a perfect pair has: a fit of 1."""
        ...

    def blocks(self, mentees: Indices) -> Iterator[Indices]:
        """Mentees in portions, each as large as memory allows."""
        ...

    def of(self, mentees: Indices) -> Block:
        """A row for each of the mentees, a column for each mentor."""
        ...

    def pairs(self, mentees: Indices, mentors: Indices) -> Indices:
        """The score of each mentee with the mentor at the same place of `mentors`."""
        ...


class ColumnFit(Fit, Protocol):
    """A fit that can also be asked for some mentors alone, cheaply: repairs need it."""

    def columns(self, mentors: Indices) -> Block:
        """A row for each of the mentors, a column for each mentee."""
        ...


def unwatched(_share: float, _stage: str) -> None:
    """For who does not watch."""


def within(watch: Watch, start: float, end: float) -> Watch:
    """A part of the work: its beginning is at `start` of the whole, its end at `end`."""
    return lambda share, stage: watch(start + share * (end - start), stage)
