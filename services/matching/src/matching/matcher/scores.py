"""The scores of mentees with all mentors, a block of mentees at a time: never the whole matrix."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from contracts.matching import Rules
from matching.domain.programme import total_weight
from matching.matcher.criteria import HALF_DAY
from matching.matcher.pool import Indices, Pool
from matching.matcher.shared import Numbers, SharedTerms, spans

# What a weight of one gives. Scores are whole numbers, so sums are exact and equals are equal:
# weights count to six decimals, and each can be shared out over up to ten terms, and over quarters
# of an hour, without a remainder.
DECIMALS = 1_000_000
ONE = DECIMALS * 5040
BARRED = -1
FORBIDDEN = -float(2**52)  # whatever is added, it stays negative
BLOCK_CELLS = 1_000_000  # of a block; it bounds the memory that a pass needs

Block = NDArray[np.int64]


class Scores:
    """Scores of pairs, from 0 to `highest`; BARRED for those that a hard rule forbids."""

    def __init__(self, pool: Pool, rules: Rules) -> None:
        self._pool = pool
        self.highest = max(ONE // DECIMALS, _weight(total_weight(rules)))
        other_site = _weight(rules.weight_other_site)
        self._zone_of, self._by_zone = _score_zones(pool, rules, _weight(rules.weight_hours))
        self._by_zone += other_site
        weighted = [
            (pool.skills, _weight(rules.weight_skills)),
            (pool.interests, _weight(rules.weight_interests)),
            (pool.values, _weight(rules.weight_values)),
            (pool.languages, _weight(rules.weight_languages)),
            (pool.sites, -other_site),
        ]
        self._shared = SharedTerms(weighted, pool.mentees, pool.mentors)
        self._spoken = None
        if rules.common_language:
            self._spoken = SharedTerms([(pool.languages, ONE)], pool.mentees, pool.mentors)

    def blocks(self, mentees: Indices) -> Iterator[Indices]:
        """Mentees in portions, each as large as BLOCK_CELLS allows."""
        size = max(1, BLOCK_CELLS // max(1, self._pool.mentors))
        for start in range(0, len(mentees), size):
            yield mentees[start : start + size]

    def of(self, mentees: Indices) -> Block:
        """A row for each of the mentees, a column for each mentor."""
        score = self._shared.of(mentees)
        score += self._by_zone[self._zone_of[mentees]]
        if self._spoken is not None:
            score[self._spoken.of(mentees) == 0] = FORBIDDEN
        barred_mentee, barred_mentor = self._pool.barred
        row, place = spans(
            np.searchsorted(barred_mentee, mentees, "left"),
            np.searchsorted(barred_mentee, mentees, "right"),
        )
        score[row, barred_mentor[place]] = FORBIDDEN
        return np.maximum(score, BARRED, out=score).astype(np.int64)


def _weight(given: float) -> int:
    return round(given * DECIMALS) * (ONE // DECIMALS)


def _score_zones(pool: Pool, rules: Rules, weight: float) -> tuple[Indices, Numbers]:
    """For each offset that mentees have, what the hours give with each mentor."""
    offsets, zone_of = np.unique(pool.mentee_offset, return_inverse=True)
    apart = np.abs(offsets[:, None] - pool.mentor_offset) % (2 * HALF_DAY)
    apart = np.minimum(apart, 2 * HALF_DAY - apart)
    score = np.rint(np.nan_to_num(1 - apart / HALF_DAY, nan=0.0) * weight)
    if rules.max_hours_apart is not None:
        score[~(apart <= rules.max_hours_apart)] = FORBIDDEN
    return zone_of, score
