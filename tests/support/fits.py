"""A fit that is a table: for tests of solvers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.matcher.fit import Block, Indices


@dataclass(frozen=True)
class TableFit:
    """A row for each mentee, a column for each mentor; negative: forbidden."""

    table: NDArray[np.int64]
    highest: int
    rows: int = 3  # in a block

    @property
    def mentees(self) -> int:
        return self.table.shape[0]

    @property
    def mentors(self) -> int:
        return self.table.shape[1]

    def blocks(self, mentees: Indices) -> Iterator[Indices]:
        for start in range(0, len(mentees), self.rows):
            yield mentees[start : start + self.rows]

    def of(self, mentees: Indices) -> Block:
        return self.table[mentees].astype(np.float32)

    def pairs(self, mentees: Indices, mentors: Indices) -> Indices:
        return self.table[mentees, mentors]

    def columns(self, mentors: Indices) -> Block:
        return self.table[:, mentors].T.astype(np.float32)
