"""The best columns of rows of scores: by what is left after a price, or among who would accept."""

import numpy as np
from numpy.typing import NDArray

from matching.matcher.compiled import compiled
from matching.matcher.fit import Block, Indices

CHUNK = 128  # cells that are passed over at once where none of them is good enough

Columns = NDArray[np.int32]
Values = NDArray[np.float32] | NDArray[np.int64]


@compiled
def dearest(block: Block, price: Block, who: Columns, score: Block, best: Indices) -> None:
    """Per row, the columns with the greatest score less price, the best first; -1 after the last.

    `who` and `score` take them, `best` the greatest difference, if anything is allowed. Among
    equals the lower column comes first.
    """
    count = who.shape[1]
    value = np.empty(count, np.float32)
    for i in range(block.shape[0]):
        row, columns = block[i], who[i]
        found = 0
        for start in range(0, row.shape[0], CHUNK):
            end = min(start + CHUNK, row.shape[0])
            if found == count:
                most = row[start] - price[start]
                for j in range(start, end):
                    most = max(most, row[j] - price[j])
                if most <= value[0]:
                    continue
            for j in range(start, end):
                if row[j] >= 0 and (found < count or row[j] - price[j] > value[0]):
                    found = put(value, columns, found, row[j] - price[j], j)
        _sort(value, columns, found)
        for q in range(found):
            score[i, q] = row[columns[q]]
        columns[found:] = -1
        if found:
            best[i] = np.int64(value[0])


@compiled
def welcoming(
    block: Block,
    theirs: Block,
    mentees: Indices,
    least: Block,
    least_mentee: Indices,
    who: Columns,
    score: Block,
) -> None:
    """Per row, the columns that the row likes most among those that would accept it.

    `block` says how rows like columns, `theirs` how columns like rows. A column accepts who is
    above `least` there, or equal to it and before `least_mentee`. `who` takes the columns, the
    most liked first and -1 after the last, `score` what the columns think of the row.
    """
    count = who.shape[1]
    value = np.empty(count, np.float32)
    for i in range(block.shape[0]):
        row, other, columns = block[i], theirs[i], who[i]
        found = 0
        for start in range(0, row.shape[0], CHUNK):
            end = min(start + CHUNK, row.shape[0])
            if found == count:
                most = value[0]
                for j in range(start, end):
                    most = max(most, row[j] if other[j] >= least[j] else value[0])
                if most <= value[0]:
                    continue
            for j in range(start, end):
                if row[j] < 0 or (found == count and row[j] <= value[0]):
                    continue
                if other[j] > least[j] or (other[j] == least[j] and mentees[i] < least_mentee[j]):
                    found = put(value, columns, found, row[j], j)
        _sort(value, columns, found)
        for q in range(found):
            score[i, q] = other[columns[q]]
        columns[found:] = -1


@compiled
def put(value: Values, column: Columns, found: int, new: float, j: int) -> int:
    """Into the heap of the best, whose root is the worst; returns how many it holds."""
    size = column.shape[0]
    if found < size:
        at = found
        while at > 0:
            above = (at - 1) // 2
            if _worse(value[above], column[above], new, j):
                break
            value[at], column[at] = value[above], column[above]
            at = above
        value[at], column[at] = new, j
        return found + 1
    _sink(value, column, 0, size, new, j)
    return size


@compiled
def _sink(value: Values, column: Columns, at: int, size: int, new: float, j: int) -> None:
    """Put an entry where the root `at` was, and down to its place."""
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        other = below + 1
        if other < size and _worse(value[other], column[other], value[below], column[below]):
            below = other
        if not _worse(value[below], column[below], new, j):
            break
        value[at], column[at] = value[below], column[below]
        at = below
    value[at], column[at] = new, j


@compiled
def _worse(value: float, column: int, than: float, other: int) -> bool:
    return value < than or (value == than and column > other)


@compiled
def _sort(value: Block, column: Columns, size: int) -> None:
    """The heap into a row, the best first."""
    for last in range(size - 1, 0, -1):
        worst, j = value[0], column[0]
        _sink(value, column, 0, last, value[last], column[last])
        value[last], column[last] = worst, j
