"""What mentees get for the terms that mentors have too, for blocks of mentees."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.matcher.pool import Indices, Terms

COMMON = 1 / 16  # the share of mentors from which on a term is counted by multiplying matrices
NO_COLUMN = -1

Numbers = NDArray[np.float64]


class SharedTerms:
    """Weights, each shared out over the terms that a mentee names, earned by mentors who have them.

    Shares are rounded to whole numbers, so that sums are exact, in whatever order they are made.
    Common terms are counted by a product of matrices, rare ones by going through who has them.
    """

    def __init__(self, weighted: Sequence[tuple[Terms, float]], mentees: int, mentors: int) -> None:
        self._mentors = mentors
        mentee = np.concatenate([_mentee_of(terms) for terms, _ in weighted])
        by_mentee = np.argsort(mentee, kind="stable")
        self._from = _starts(np.bincount(mentee, minlength=mentees))
        self._weight = np.concatenate([_shares(*each) for each in weighted])[by_mentee]
        offsets = _starts(np.array([len(terms.had_from) - 1 for terms, _ in weighted]))
        named = [
            terms.named + offset for (terms, _), offset in zip(weighted, offsets, strict=False)
        ]
        self._term = np.concatenate(named)[by_mentee]
        has = np.concatenate([np.diff(terms.had_from) for terms, _ in weighted])
        self._had_from = _starts(has)
        self._had_by = np.concatenate([terms.had_by for terms, _ in weighted])
        common = has > COMMON * mentors
        self._column = np.where(common, np.cumsum(common) - 1, NO_COLUMN)
        column, place = spans(self._had_from[:-1][common], self._had_from[1:][common])
        self._had = np.zeros((int(common.sum()), mentors))
        self._had[column, self._had_by[place]] = 1

    def of(self, mentees: Indices) -> Numbers:
        """A row for each of the mentees, a column for each mentor."""
        row, place = spans(self._from[mentees], self._from[mentees + 1])
        term, weight = self._term[place], self._weight[place]
        column = self._column[term]
        common = column != NO_COLUMN
        named = np.zeros((len(mentees), len(self._had)))
        named[row[common], column[common]] = weight[common]
        total = named @ self._had
        hit, had = spans(self._had_from[term[~common]], self._had_from[term[~common] + 1])
        cell = row[~common][hit] * self._mentors + self._had_by[had]
        total += np.bincount(cell, weight[~common][hit], minlength=total.size).reshape(total.shape)
        return total


def spans(first: Indices, last: Indices) -> tuple[Indices, Indices]:
    """All whole numbers of the spans [first, last), each with the number of its span."""
    lengths = last - first
    span = np.repeat(np.arange(len(first)), lengths)
    begun = np.cumsum(lengths) - lengths
    return span, np.arange(len(span)) + (first - begun)[span]


def _mentee_of(terms: Terms) -> Indices:
    """Who names each of the terms that are named."""
    return np.repeat(np.arange(len(terms.named_from) - 1), np.diff(terms.named_from))


def _shares(terms: Terms, weight: float) -> Numbers:
    count = np.diff(terms.named_from)
    return np.repeat(np.rint(weight / np.maximum(1, count)), count)


def _starts(lengths: Indices) -> Indices:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
