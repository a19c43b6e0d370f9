"""What mentees get for the terms that mentors have too, as lists to make rows of scores from."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.matcher.pool import Indices, Terms

COMMON = 1 / 6  # the share of a row from which on a term is better added cell by cell
RARE = -1

Numbers = NDArray[np.float32]


class Postings(NamedTuple):
    """Row i has the terms `term[first[i]:first[i + 1]]`, each of a weight.

    Term t is had by the columns `column[begin[t]:begin[t + 1]]`, each of a weight. What a cell gets
    for a term is one weight times the other. A common term has its weights in all columns besides:
    a row of `everywhere`, the one that `common` says.
    """

    first: Indices
    term: Indices
    weight: Numbers
    begin: Indices
    column: Indices
    factor: Numbers
    common: Indices
    everywhere: Numbers


def postings(weighted: Sequence[tuple[Terms, int]], mentees: int, mentors: int) -> Postings:
    """Weights, each shared out over the terms that a mentee names, as `grains.of_share` does."""
    weighted = [(terms, weight) for terms, weight in weighted if weight]
    offsets = _starts(np.array([len(terms.had_from) - 1 for terms, _ in weighted], np.int64))
    mentee = _joined([_rows(terms.named_from) for terms, _ in weighted])
    term = _joined([t.named + offset for (t, _), offset in zip(weighted, offsets, strict=False)])
    weight = _joined([_shares(terms, weight) for terms, weight in weighted])
    order = np.lexsort((term, mentee))
    had_by = _joined([terms.had_by for terms, _ in weighted])
    begin = _starts(_joined([np.diff(terms.had_from) for terms, _ in weighted]))
    return _posted(
        first=_starts(np.bincount(mentee, minlength=mentees)),
        term=term[order],
        weight=weight[order].astype(np.float32),
        begin=begin,
        column=had_by,
        factor=np.ones(len(had_by), np.float32),
        columns=mentors,
    )


def turned(given: Postings, columns: int) -> Postings:
    """The same with rows for columns: a row for each of so many columns."""
    row, term = _rows(given.begin), given.term
    by_column = np.lexsort((row, given.column))
    by_term = np.argsort(term, kind="stable")
    return _posted(
        first=_starts(np.bincount(given.column, minlength=columns)),
        term=row[by_column],
        weight=given.factor[by_column],
        begin=_starts(np.bincount(term, minlength=len(given.begin) - 1)),
        column=_rows(given.first)[by_term],
        factor=given.weight[by_term],
        columns=len(given.first) - 1,
    )


def _posted(
    *,
    first: Indices,
    term: Indices,
    weight: Numbers,
    begin: Indices,
    column: Indices,
    factor: Numbers,
    columns: int,
) -> Postings:
    common = np.flatnonzero(np.diff(begin) > COMMON * columns)
    place = np.full(len(begin) - 1, RARE, np.int64)
    place[common] = np.arange(len(common))
    everywhere = np.zeros((len(common), columns), np.float32)
    for row, t in enumerate(common.tolist()):
        span = slice(begin[t], begin[t + 1])
        everywhere[row, column[span]] = factor[span]
    return Postings(first, term, weight, begin, column, factor, place, everywhere)


def _rows(starts: Indices) -> Indices:
    """The number of the span that each item is in."""
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts))


def _shares(terms: Terms, weight: int) -> Indices:
    return np.repeat(weight // np.maximum(1, terms.count), np.diff(terms.named_from))


def _starts(lengths: Indices) -> Indices:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _joined(parts: Sequence[Indices]) -> Indices:
    return np.concatenate([np.zeros(0, np.int64), *parts])
