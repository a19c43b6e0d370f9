"""Matching by choice against the textbook, with whole lists of preferences."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.matching import Mode
from matching.matcher.match import match
from matching.matcher.nearest import nearest
from matching.matcher.preferences import RANKS, ByChoice, Ranking
from support.fits import TableFit

HIGHEST = 1000


@dataclass(frozen=True)
class Side:
    """Whom each member ranked, and whether they take nobody else."""

    lists: list[list[int]]
    strict: list[bool]

    def key(self, member: int, other: int, score: int) -> tuple[int, int, int] | None:
        """The greater, the more liked; None: not to be had."""
        if other in self.lists[member]:
            return (1, -self.lists[member].index(other), 0)
        return None if self.strict[member] else (0, score, -other)


@dataclass(frozen=True)
class Market:
    table: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    places: list[int]
    mentees: Side
    mentors: Side


@st.composite
def sides(draw: st.DrawFn, members: int, others: int) -> Side:
    everyone = st.lists(st.integers(0, others - 1), unique=True, max_size=others)
    return Side(
        [draw(everyone) for _ in range(members)], [draw(st.booleans()) for _ in range(members)]
    )


@st.composite
def markets(draw: st.DrawFn) -> Market:
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    table = rng.integers(0, draw(st.sampled_from([3, HIGHEST])), (n, m))
    table[rng.random((n, m)) < 0.2] = -1
    places = draw(st.lists(st.integers(0, 2), min_size=m, max_size=m))
    return Market(table, places, draw(sides(n, m)), draw(sides(m, n)))


def textbook(market: Market) -> list[int]:
    """Deferred acceptance, one proposal at a time."""
    n, m = market.table.shape
    both = {
        (i, j): (mine, theirs)
        for i in range(n)
        for j in range(m)
        if market.table[i, j] >= 0
        and (mine := market.mentees.key(i, j, int(market.table[i, j]))) is not None
        and (theirs := market.mentors.key(j, i, int(market.table[i, j]))) is not None
    }
    lists = [
        sorted((j for j in range(m) if (i, j) in both), key=lambda j, i=i: both[i, j][0])
        for i in range(n)
    ]
    mentor_of = [-1] * n
    while (i := next((i for i in range(n) if mentor_of[i] < 0 and lists[i]), None)) is not None:
        j = lists[i].pop()
        mentor_of[i] = j
        held = [each for each in range(n) if mentor_of[each] == j]
        if len(held) > market.places[j]:
            mentor_of[min(held, key=lambda each: both[each, j][1])] = -1
    return mentor_of


@settings(max_examples=300, deadline=None)
@given(market=markets(), rows=st.integers(1, 4))
def test_choices_come_first_and_nobody_gets_whom_they_rule_out(market: Market, rows: int) -> None:
    assignment = match(
        TableFit(market.table, HIGHEST, rows),
        np.array(market.places),
        mode=Mode.CHOICE,
        choices=ByChoice(
            Ranking.of_mentees(market.mentees.lists, market.mentees.strict),
            Ranking.of_mentors(market.mentors.lists, market.mentors.strict),
        ),
    )

    assert assignment.mentor_of.tolist() == textbook(market)
    assert assignment.proof.blocking_pairs == 0


def test_a_list_names_nobody_twice_and_ends() -> None:
    for ranked in ([0, 1, 0], list(range(RANKS + 1))):
        with pytest.raises(ValueError, match="twice"):
            Ranking.of_mentees([ranked], [False])


def test_the_nearest_have_room_and_break_no_rule() -> None:
    fit = TableFit(np.array([[5, 9, -1, 7, 9, 1]]), HIGHEST)

    assert nearest(fit, 0, np.array([1, 1, 1, 0, 2, 1]), 3).tolist() == [1, 4, 0]
    assert nearest(fit, 0, np.array([0, 0, 1, 0, 0, 1]), 3).tolist() == [5]
