"""The scores of mentees with mentors by a programme's rules, some rows or columns at a time.

They are whole numbers below 2**24 in float32, which holds them exactly: sums are the same in
whatever order they are made, and equals are equal. What is switched off is not looked at.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from contracts.matching import Rules
from matching.matcher import rows as loops
from matching.matcher.criteria import MET
from matching.matcher.grains import grains, scale_of
from matching.matcher.meaning import Closeness
from matching.matcher.pool import Indices, Pool, Weeks
from matching.matcher.rows import BARRED
from matching.matcher.shared import Numbers, Postings, postings, turned
from matching.matcher.tables import alike, classes
from matching.matcher.week import QUARTERS

BLOCK_CELLS = 1_000_000  # of a block; it bounds the memory that a pass needs
WEEKS_AT_ONCE = 4_096  # pairs whose weeks are compared at once


class Scores:
    """Scores of pairs, from 0 to `highest`; BARRED for those that a hard rule forbids."""

    def __init__(self, pool: Pool, rules: Rules) -> None:
        weights = grains(rules)
        self.highest = sum(weights.values())
        self.mentees, self.mentors = pool.mentees, pool.mentors
        mentees, mentors = pool.people
        self._classes = list(classes(pool, rules, weights))
        self._alike = list(alike(pool, rules, weights))
        self._terms = postings(
            [(pool.terms[each], weights[each]) for each in MET], pool.mentees, pool.mentors
        )
        self._closeness = None
        if weights["aspiration"] and mentees.meanings.space.any():
            self._closeness = Closeness(mentees.meanings, mentors.meanings)
        self._scale = scale_of(weights["aspiration"])
        self._tongues = (mentees.tongues, mentors.tongues) if rules.common_language else None
        self._weeks = (mentees.weeks, mentors.weeks) if rules.min_hours_shared is not None else None
        self._least_shared = rules.min_hours_shared or 0.0
        self._bars = pool.barred

    def blocks(self, mentees: Indices) -> Iterator[Indices]:
        """Mentees in portions, each as large as BLOCK_CELLS allows."""
        size = max(1, BLOCK_CELLS // max(1, self.mentors))
        for start in range(0, len(mentees), size):
            yield mentees[start : start + size]

    def of(self, mentees: Indices) -> Numbers:
        """A row for each of the mentees, a column for each mentor."""
        block = np.zeros((len(mentees), self.mentors), np.float32)
        for table, which in self._tables:
            loops.add_tables(block, mentees, table, which)
        for mine, theirs, same, other in self._alike:
            loops.add_alike(block, mentees, mine, theirs, same, other)
        loops.add_terms(block, mentees, *self._terms)
        if self._closeness is not None:
            loops.add_scaled(block, self._closeness.of(mentees), self._scale)
        if self._tongues is not None:
            loops.forbid_strangers(block, mentees, *self._tongues)
        if self._weeks is not None:
            _forbid_unmet(block, mentees, *self._weeks, self._least_shared)
        loops.bar(block, mentees, *self._barred)
        return block

    def columns(self, mentors: Indices) -> Numbers:
        """A row for each of the mentors, a column for each mentee."""
        block = np.zeros((len(mentors), self.mentees), np.float32)
        for table, mine, theirs in self._classes:
            block += table.T[theirs[mentors]][:, mine]
        for mine, theirs, same, other in self._alike:
            loops.add_alike(block, mentors, theirs, mine, same, other)
        loops.add_terms(block, mentors, *self._terms_of_mentors)
        if self._closeness is not None:
            loops.add_scaled(block, self._closeness.columns(mentors), self._scale)
        if self._tongues is not None:
            mine, theirs = self._tongues
            loops.forbid_strangers(block, mentors, theirs, mine)
        if self._weeks is not None:
            mine, theirs = self._weeks
            _forbid_unmet(block, mentors, theirs, mine, self._least_shared)
        loops.bar(block, mentors, *self._barred_of_mentors)
        return block

    def pairs(self, mentees: Indices, mentors: Indices) -> Indices:
        """The score of each mentee with the mentor at the same place of `mentors`."""
        score = np.zeros(len(mentees), np.float32)
        for table, mine, theirs in self._classes:
            score += table[mine[mentees], theirs[mentors]]
        for mine, theirs, same, other in self._alike:
            codes, others = mine[mentees], theirs[mentors]
            known = (codes >= 0) & (others >= 0)
            score += np.where(known, np.where(codes == others, same, other), np.float32(0))
        here, there = self._terms, self._terms_of_mentors
        loops.add_terms_of_pairs(
            score, mentees, mentors, here.first, here.term, here.weight, there.first, there.term
        )
        if self._closeness is not None:
            score += np.floor(self._closeness.pairs(mentees, mentors) * self._scale)
        if self._tongues is not None:
            mine, theirs = self._tongues
            score[~(mine[:, mentees] & theirs[:, mentors]).any(axis=0)] = BARRED
        if self._weeks is not None:
            mine, theirs = self._weeks
            for start in range(0, len(score), WEEKS_AT_ONCE):
                part = slice(start, start + WEEKS_AT_ONCE)
                one = mine.free[mine.which[mentees[part]]]
                other = theirs.free[theirs.which[mentors[part]]]
                shared = np.count_nonzero(one & other, axis=1) / QUARTERS
                score[part][shared < self._least_shared] = BARRED
        bars = self._bars.mentees * self.mentors + self._bars.mentors
        score[np.isin(mentees * self.mentors + mentors, bars)] = BARRED
        return np.maximum(score, BARRED).astype(np.int64)

    @cached_property
    def _tables(self) -> list[tuple[Numbers, Indices]]:
        """For each class of mentees a row with a column for each mentor; and their classes."""
        return [
            (np.ascontiguousarray(table[:, theirs]), mine) for table, mine, theirs in self._classes
        ]

    @cached_property
    def _terms_of_mentors(self) -> Postings:
        return turned(self._terms, self.mentors)

    @cached_property
    def _barred(self) -> tuple[Indices, Indices]:
        return _by_row(self._bars.mentees, self._bars.mentors, self.mentees)

    @cached_property
    def _barred_of_mentors(self) -> tuple[Indices, Indices]:
        return _by_row(self._bars.mentors, self._bars.mentees, self.mentors)


def _forbid_unmet(block: Numbers, rows: Indices, mine: Weeks, theirs: Weeks, least: float) -> None:
    """Forbid whoever is not free at the same time for so many hours a week."""
    ways, which = np.unique(mine.which[rows], return_inverse=True)
    shared = mine.free[ways].astype(np.float32) @ theirs.free.astype(np.float32).T
    loops.forbid_unmet(block, which, shared >= least * QUARTERS, theirs.which)


def _by_row(rows: Indices, columns: Indices, count: int) -> tuple[Indices, Indices]:
    """Where each row's columns begin, and the columns."""
    order = np.argsort(rows, kind="stable")
    return np.searchsorted(rows[order], np.arange(count + 1)), columns[order]
