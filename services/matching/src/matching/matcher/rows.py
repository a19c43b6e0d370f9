"""The loops that fill rows of scores, compiled."""

import numpy as np
from numpy.typing import NDArray

from matching.matcher.compiled import compiled
from matching.matcher.pool import Indices
from matching.matcher.shared import Numbers

FORBIDDEN = np.float32(-(2**24))  # whatever else a score has, it stays below zero
BARRED = np.float32(-1)


@compiled
def add_tables(block: Numbers, rows: Indices, table: Numbers, which: Indices) -> None:
    """Add to each row the row of the table that the row's class says."""
    for place in range(len(rows)):
        row, added = block[place], table[which[rows[place]]]
        for j in range(row.shape[0]):
            row[j] += added[j]


@compiled
def add_alike(
    block: Numbers,
    rows: Indices,
    mine: Indices,
    theirs: Indices,
    same: np.float32,
    other: np.float32,
) -> None:
    """Add one number where the two have the same code, another where not, and none below 0."""
    for place in range(len(rows)):
        row, code = block[place], mine[rows[place]]
        if code < 0:
            continue
        for j in range(row.shape[0]):
            known = other if theirs[j] >= 0 else np.float32(0)
            row[j] += same if theirs[j] == code else known


@compiled
def add_terms(
    block: Numbers,
    rows: Indices,
    first: Indices,
    term: Indices,
    weight: Numbers,
    begin: Indices,
    column: Indices,
    factor: Numbers,
    common: Indices,
    everywhere: Numbers,
) -> None:
    """Add what each row gets for its terms: see `shared.Postings`."""
    for place in range(len(rows)):
        row = block[place]
        for at in range(first[rows[place]], first[rows[place] + 1]):
            t, share = term[at], weight[at]
            if common[t] >= 0:
                all_of_it = everywhere[common[t]]
                for j in range(row.shape[0]):
                    row[j] += share * all_of_it[j]
            else:
                for k in range(begin[t], begin[t + 1]):
                    row[column[k]] += share * factor[k]


@compiled
def add_terms_of_pairs(
    score: Numbers,
    mentees: Indices,
    mentors: Indices,
    first: Indices,
    term: Indices,
    weight: Numbers,
    their_first: Indices,
    their_term: Indices,
) -> None:
    """Add what single pairs get for their terms, which come in order on either side."""
    for place in range(len(score)):
        i, j = mentees[place], mentors[place]
        at, theirs = first[i], their_first[j]
        while at < first[i + 1] and theirs < their_first[j + 1]:
            if term[at] == their_term[theirs]:
                score[place] += weight[at]
            if term[at] <= their_term[theirs]:
                at += 1
            else:
                theirs += 1


@compiled
def add_scaled(block: Numbers, numbers: Numbers, scale: np.float32) -> None:
    """Add numbers times a scale, rounded down."""
    for place in range(block.shape[0]):
        row, added = block[place], numbers[place]
        for j in range(row.shape[0]):
            row[j] += np.floor(added[j] * scale)


@compiled
def forbid_strangers(
    block: Numbers, rows: Indices, mine: NDArray[np.uint64], theirs: NDArray[np.uint64]
) -> None:
    """Forbid cells of which the two have no bit in common."""
    for place in range(len(rows)):
        row, at = block[place], rows[place]
        for j in range(row.shape[0]):
            shared = mine[0, at] & theirs[0, j]
            for word in range(1, mine.shape[0]):
                shared |= mine[word, at] & theirs[word, j]
            row[j] += np.float32(0) if shared else FORBIDDEN


@compiled
def forbid_unmet(block: Numbers, which: Indices, met: NDArray[np.bool_], theirs: Indices) -> None:
    """Forbid cells whose classes do not meet."""
    for place in range(block.shape[0]):
        row, enough = block[place], met[which[place]]
        for j in range(row.shape[0]):
            row[j] += np.float32(0) if enough[theirs[j]] else FORBIDDEN


@compiled
def bar(block: Numbers, rows: Indices, first: Indices, barred: Indices) -> None:
    """Forbid the columns that are barred to each row, and make all that is forbidden BARRED."""
    for place in range(len(rows)):
        row = block[place]
        for at in range(first[rows[place]], first[rows[place] + 1]):
            row[barred[at]] = BARRED
        for j in range(row.shape[0]):
            row[j] = max(row[j], BARRED)
