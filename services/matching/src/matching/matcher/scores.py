"""The scores of mentees with all mentors, a block of mentees at a time: never the whole matrix."""

from collections.abc import Iterator

import numpy as np
from contracts.matching import Rules
from numpy.typing import NDArray

from matching.domain.programme import total_weight
from matching.matcher.criteria import HALF_DAY
from matching.matcher.pool import Indices, Pool, Terms

ONE = 1_000_000_000  # scores are whole billionths, so that equal is equal on every machine
BARRED = -1
FORBIDDEN = -2 * ONE  # whatever is added, it stays negative
BLOCK_CELLS = 1_000_000  # of a block; it bounds the memory that a pass needs

Block = NDArray[np.int64]


class Scores:
    """Scores of pairs, in billionths; BARRED for those that a hard rule forbids."""

    def __init__(self, pool: Pool, rules: Rules) -> None:
        self._pool = pool
        self._rules = rules
        self._unit = ONE / total_weight(rules)
        self._zone_of, self._by_zone = self._score_zones()
        self._counted = [
            (pool.skills, rules.weight_skills),
            (pool.interests, rules.weight_interests),
            (pool.values, rules.weight_values),
            (pool.languages, rules.weight_languages),
        ]

    def blocks(self, mentees: Indices) -> Iterator[Indices]:
        """Mentees in portions, each as large as BLOCK_CELLS allows."""
        size = max(1, BLOCK_CELLS // max(1, self._pool.mentors))
        for start in range(0, len(mentees), size):
            yield mentees[start : start + size]

    def of(self, mentees: Indices) -> Block:
        """A row for each of the mentees, a column for each mentor."""
        pool = self._pool
        cells: list[Indices] = []
        weights: list[NDArray[np.float64]] = []
        for terms, weight in self._counted:
            cell, row = _shared(terms, mentees, pool.mentors)
            named = terms.named_from[mentees + 1] - terms.named_from[mentees]
            cells.append(cell)
            weights.append((weight * self._unit / np.maximum(1, named))[row])
        cell, _ = _shared(pool.sites, mentees, pool.mentors)
        cells.append(cell)
        weights.append(np.full(len(cell), -self._rules.weight_other_site * self._unit))
        score = self._sum(np.concatenate(cells), np.concatenate(weights), mentees)
        score += self._by_zone[self._zone_of[mentees]]
        block = np.rint(score, out=score).astype(np.int64)
        block[block < 0] = BARRED
        self._bar(block, mentees)
        return block

    def _score_zones(self) -> tuple[Indices, NDArray[np.float64]]:
        """For each offset that mentees have: what hours and another site give, if allowed."""
        offsets, zone_of = np.unique(self._pool.mentee_offset, return_inverse=True)
        apart = np.abs(offsets[:, None] - self._pool.mentor_offset) % (2 * HALF_DAY)
        apart = np.minimum(apart, 2 * HALF_DAY - apart)
        closeness = np.nan_to_num(1 - apart / HALF_DAY, nan=0.0)
        score = (self._rules.weight_hours * closeness + self._rules.weight_other_site) * self._unit
        if self._rules.max_hours_apart is not None:
            score[~(apart <= self._rules.max_hours_apart)] = FORBIDDEN
        return zone_of, score

    def _sum(
        self, cells: Indices, weights: NDArray[np.float64], mentees: Indices
    ) -> NDArray[np.float64]:
        shape = (len(mentees), self._pool.mentors)
        total = np.bincount(cells, weights, minlength=shape[0] * shape[1])
        return total.astype(np.float64, copy=False).reshape(shape)

    def _bar(self, block: Block, mentees: Indices) -> None:
        if self._rules.common_language:
            cell, _ = _shared(self._pool.languages, mentees, self._pool.mentors)
            strangers = np.ones(block.size, bool)
            strangers[cell] = False
            block[strangers.reshape(block.shape)] = BARRED
        barred_mentees, barred_mentors = self._pool.barred
        first = np.searchsorted(barred_mentees, mentees, "left")
        last = np.searchsorted(barred_mentees, mentees, "right")
        row, place = _spans(first, last)
        block[row, barred_mentors[place]] = BARRED


def _shared(terms: Terms, mentees: Indices, mentors: int) -> tuple[Indices, Indices]:
    """The cell and the row of each (mentee, mentor, term) that the two have in common."""
    row, place = _spans(terms.named_from[mentees], terms.named_from[mentees + 1])
    named = terms.named[place]
    hit, had = _spans(terms.had_from[named], terms.had_from[named + 1])
    return row[hit] * mentors + terms.had_by[had], row[hit]


def _spans(first: Indices, last: Indices) -> tuple[Indices, Indices]:
    """All whole numbers of the spans [first, last), each with the number of its span."""
    lengths = last - first
    span = np.repeat(np.arange(len(first)), lengths)
    begun = np.cumsum(lengths) - lengths
    return span, np.arange(len(span)) - begun[span] + first[span]
