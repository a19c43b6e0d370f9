"""Repairs of a standing match beside matching all anew."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from matching.matcher.fit import Indices, unwatched
from matching.matcher.network import Network, best_for_network
from matching.matcher.repair import Changed, repair
from support.fits import TableFit

HIGHEST = 100_000


def total_of(fit: TableFit, places: Indices, network: Network) -> tuple[int, int]:
    """How many are placed, and their total; it fails if a rule is broken."""
    rows = np.flatnonzero(network.mentor_of >= 0)
    score = fit.pairs(rows, network.mentor_of[rows])
    assert (score >= 0).all()
    assert (np.bincount(network.mentor_of[rows], minlength=len(places)) <= places).all()
    return len(rows), int(score.sum())


def best(fit: TableFit, places: Indices) -> tuple[int, int]:
    table = np.repeat(fit.table, places, axis=1)
    more = (HIGHEST + 1) * (min(table.shape) + 1)
    worth = np.where(table < 0, 0, table + more)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    total = int(worth[rows, columns].sum())
    return total // more, total % more


@settings(max_examples=200, deadline=None)
@given(
    mentees=st.integers(1, 12),
    mentors=st.integers(1, 6),
    newcomers=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    seed=st.integers(0, 10_000),
    forbidden=st.sampled_from([0.0, 0.4]),
)
def test_a_repair_breaks_no_rule_and_proves_its_bound(
    mentees: int, mentors: int, newcomers: tuple[int, int], seed: int, forbidden: float
) -> None:
    rng = np.random.default_rng(seed)
    size = (mentees + newcomers[0], mentors + newcomers[1])
    table = rng.integers(0, HIGHEST, size)
    table[rng.random(size) < forbidden] = -1
    places = rng.integers(0, 4, size[1])
    standing = TableFit(table[:mentees, :mentors], HIGHEST)
    network = best_for_network(standing, places[:mentors].copy(), seed=0, watch=unwatched)
    rows = np.flatnonzero(rng.random(size[0]) < 0.3)
    columns = np.flatnonzero(rng.random(size[1]) < 0.3)
    rows = np.union1d(rows, np.arange(mentees, size[0]))
    columns = np.union1d(columns, np.arange(mentors, size[1]))
    table, places = table.copy(), places.copy()
    table[rows] = rng.integers(-1, HIGHEST, (len(rows), size[1]))
    table[:, columns] = rng.integers(-1, HIGHEST, (size[0], len(columns)))
    table[rows[:1]] = -1  # one left
    places[columns] = rng.integers(0, 4, len(columns))
    fit = TableFit(table, HIGHEST)
    repaired = repair(fit, places, network, Changed(rows, columns))

    count, total = total_of(fit, places, repaired)
    most, greatest = best(fit, places)
    assert count == most
    assert total <= greatest <= repaired.bound


def test_a_repair_in_a_market_of_thousands_keeps_the_gap() -> None:
    rng = np.random.default_rng(2)
    mentees, mentors = 4000, 400
    wanted = rng.normal(0, 15_000, mentors)
    table = np.clip(rng.normal(45_000, 10_000, (mentees, mentors)) + wanted, 0, HIGHEST)
    fit = TableFit(table.astype(np.int64), HIGHEST, rows=512)
    places = np.full(mentors, 11)
    network = best_for_network(fit, places, seed=0, watch=unwatched)
    rows, columns = np.sort(rng.choice(mentees, 20, False)), np.sort(rng.choice(mentors, 4, False))
    fit.table[rows] = rng.integers(0, HIGHEST, (20, mentors))
    fit.table[:, columns] = rng.integers(0, HIGHEST, (mentees, 4))
    before = network.mentor_of.copy()
    repaired = repair(fit, places, network, Changed(rows, columns))
    count, total = total_of(fit, places, repaired)

    assert count == mentees
    assert 1 - total / repaired.bound <= 0.002
    assert (repaired.mentor_of == before).mean() > 0.5
    again = best_for_network(fit, places, seed=0, watch=unwatched)
    assert total == pytest.approx(total_of(fit, places, again)[1], rel=0.002)
