"""The solvers and the certificate against exact solvers and naive recounts, on small markets."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linear_sum_assignment

from contracts.matching import Mode
from matching.matcher.fit import Indices
from matching.matcher.match import match
from matching.matcher.proof import Assignment, prove
from support.fits import TableFit

HIGHEST = 1000
MODES = st.sampled_from([Mode.NETWORK, Mode.STABLE])


@dataclass(frozen=True)
class Market:
    fit: TableFit
    places: Indices

    def match(self, mode: Mode, seed: int = 0) -> Assignment:
        return match(self.fit, self.places, mode=mode, seed=seed)


@st.composite
def markets(draw: st.DrawFn) -> Market:
    mentees, mentors = draw(st.integers(0, 9)), draw(st.integers(0, 6))
    scores = draw(st.sampled_from([st.integers(0, HIGHEST), st.integers(0, 3)]))
    forbidden = draw(st.sampled_from([0.0, 0.3, 0.8]))
    table = draw(arrays(np.int64, (mentees, mentors), elements=scores))
    chance = np.random.default_rng(draw(st.integers(0, 99))).random(table.shape)
    table[chance < forbidden] = -1
    places = draw(arrays(np.int64, mentors, elements=st.integers(0, 3)))
    return Market(TableFit(table, HIGHEST, rows=draw(st.integers(1, 4))), places)


def placed(market: Market, mentor_of: Indices) -> tuple[int, int]:
    """How many are placed, and their total; it fails if a rule is broken."""
    rows = np.flatnonzero(mentor_of >= 0)
    score = market.fit.table[rows, mentor_of[rows]]
    assert (score >= 0).all()
    assert (np.bincount(mentor_of[rows], minlength=len(market.places)) <= market.places).all()
    return len(rows), int(score.sum())


def best(market: Market) -> tuple[int, int]:
    """The most who can be placed, and the greatest total of so many."""
    table = np.repeat(market.fit.table, market.places, axis=1)
    more = (HIGHEST + 1) * (min(table.shape) + 1)  # one more placed is worth more than all scores
    worth = np.where(table < 0, 0, table + more)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    total = int(worth[rows, columns].sum())
    return total // more, total % more


@settings(max_examples=300, deadline=None)
@given(market=markets())
def test_the_network_is_best_and_says_how_near_it_is(market: Market) -> None:
    assignment = market.match(Mode.NETWORK)
    count, total = placed(market, assignment.mentor_of)
    most, greatest = best(market)

    assert count == most
    assert assignment.bound is not None
    assert total <= greatest <= assignment.bound
    assert greatest - total <= len(market.fit.table)  # a bid's least raise is one, per mentee


@settings(max_examples=200, deadline=None)
@given(market=markets())
def test_stable_leaves_nobody_who_would_both_rather(market: Market) -> None:
    assignment = market.match(Mode.STABLE)
    placed(market, assignment.mentor_of)

    assert assignment.proof.blocking_pairs == 0 == len(blocking(market, assignment.mentor_of))


def blocking(market: Market, mentor_of: Indices) -> list[int]:
    """What both of each blocking pair would gain at least."""
    table, regrets = market.fit.table, list[int]()
    own = [int(table[i, j]) if j >= 0 else -1 for i, j in enumerate(mentor_of.tolist())]
    for (i, j), score in np.ndenumerate(table):
        held = sorted(own[each] for each in np.flatnonzero(mentor_of == j))
        least = held[0] if len(held) == market.places[j] and held else -1
        if market.places[j] and score > max(own[i], least):
            regrets.append(int(score) - max(own[i], least, 0))
    return regrets


@settings(max_examples=200, deadline=None)
@given(market=markets(), data=st.data())
def test_the_certificate_is_what_a_recount_finds(market: Market, data: st.DataObject) -> None:
    mentor_of = np.full(market.fit.mentees, -1, np.int64)
    room = market.places.copy()
    for i in range(market.fit.mentees):  # any assignment that breaks no rule
        open_to = np.flatnonzero((market.fit.table[i] >= 0) & (room > 0)).tolist()
        mentor_of[i] = data.draw(st.sampled_from([-1, *open_to]))
        if mentor_of[i] >= 0:
            room[mentor_of[i]] -= 1
    labels = np.arange(market.fit.mentees) % 3 - 1
    proof = prove(market.fit, mentor_of, market.places, labels={"site": labels})

    own = [int(market.fit.table[i, j]) for i, j in enumerate(mentor_of.tolist()) if j >= 0]
    better = [
        int((market.fit.table[i] > market.fit.table[i, j]).sum())
        for i, j in enumerate(mentor_of.tolist())
        if j >= 0
    ]
    regrets = blocking(market, mentor_of)
    assert proof.placed == len(own)
    assert proof.total_score == pytest.approx(sum(own) / HIGHEST)
    assert proof.lowest_score == pytest.approx(min(own, default=0) / HIGHEST)
    assert proof.first_choices == sum(each == 0 for each in better)
    assert proof.top_three == sum(each <= 2 for each in better)
    assert proof.blocking_pairs == len(regrets)
    assert proof.largest_regret == pytest.approx(max(regrets, default=0) / HIGHEST)
    assert proof.load_gini == pytest.approx(gini(market, mentor_of))
    for group in proof.groups["site"]:
        members = labels == group.label
        assert group.mentees == members.sum()
        assert group.placed == (mentor_of[members] >= 0).sum()


def gini(market: Market, mentor_of: Indices) -> float:
    taken = np.bincount(mentor_of[mentor_of >= 0], minlength=len(market.places))
    shares = (taken / np.maximum(market.places, 1))[market.places > 0]
    apart = np.abs(shares[:, None] - shares).sum()
    return float(apart / (2 * len(shares) * shares.sum())) if shares.sum() else 0.0


@settings(max_examples=100, deadline=None)
@given(market=markets(), data=st.data())
def test_more_places_never_lower_coverage_nor_total(market: Market, data: st.DataObject) -> None:
    more = market.places.copy()
    if len(more):
        more[data.draw(st.integers(0, len(more) - 1))] += 1
    before = placed(market, market.match(Mode.NETWORK).mentor_of)
    raised = replace(market, places=more)
    after = placed(raised, raised.match(Mode.NETWORK).mentor_of)

    assert after[0] >= before[0]
    if after[0] == before[0]:
        assert after[1] >= before[1] - market.fit.mentees


@settings(max_examples=50, deadline=None)
@given(market=markets(), mode=MODES, seed=st.integers(0, 9))
def test_the_same_inputs_give_the_same_answer(market: Market, mode: Mode, seed: int) -> None:
    smaller = replace(market, fit=replace(market.fit, rows=market.fit.rows + 1))

    first, second = market.match(mode, seed), smaller.match(mode, seed)
    assert (first.mentor_of == second.mentor_of).all()
    assert first.proof == second.proof


@pytest.mark.parametrize("mode", [Mode.NETWORK, Mode.STABLE])
def test_whoever_watches_hears_how_far_it_is_and_may_end_it(mode: Mode) -> None:
    rng = np.random.default_rng(7)
    market = Market(TableFit(rng.integers(0, HIGHEST, (60, 12)), HIGHEST), np.full(12, 6))
    heard: list[float] = []
    match(market.fit, market.places, mode=mode, watch=lambda share, _: heard.append(share))

    assert heard[-1] == 1
    assert all(0 <= share <= 1 for share in heard)

    def stop(share: float, _stage: str) -> None:
        if share > heard[len(heard) // 2]:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        match(market.fit, market.places, mode=mode, watch=stop)


@pytest.mark.parametrize(("mentees", "spare"), [(12_000, 1.1), (12_000, 0.8)])
def test_a_contended_market_of_thousands_is_certified(mentees: int, spare: float) -> None:
    """With the first prices from a sample, more rounds, and places that lower their price."""
    rng = np.random.default_rng(3)
    mentors = 600
    wanted = rng.normal(0, 150, mentors)
    table = np.clip(rng.normal(450, 100, (mentees, mentors)) + wanted, 0, 1000).astype(np.int64)
    table[rng.random(table.shape) < 0.2] = -1
    places = np.full(mentors, int(mentees * spare) // mentors)
    market = Market(TableFit(table * 1000, 1000 * HIGHEST, rows=512), places)
    assignment = market.match(Mode.NETWORK)
    count, _ = placed(market, assignment.mentor_of)

    assert count == min(mentees, places.sum())
    assert assignment.proof.optimality_gap is not None
    assert 0 <= assignment.proof.optimality_gap <= 0.001
