"""The auction (Bertsekas, 1979; with several places, Bertsekas and Castañón, 1989) on candidates.

Every mentor has a price. A mentee bids for the mentor who leaves most after the price, as much as
makes the second best as good, and `step` more; a full mentor lets the lowest bid go. In the end
nobody could gain more than `step` elsewhere among the candidates: the total is within `step` times
the mentees of the greatest. Prices of an earlier market may be too high for some who are not full;
those lower theirs until somebody comes (the reverse auction: Bertsekas, Castañón and Tsaknakis,
1993).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.matcher.candidates import Candidates
from matching.matcher.compiled import compiled
from matching.matcher.favourites import Columns
from matching.matcher.fit import NOBODY, Block, Indices, Watch

SLICE = 2_000_000  # bids between two looks at whether the work is still wanted
PATIENCE = 300  # bids for each mentee; who has nobody then is left to the search for paths


@dataclass
class Market:
    """Prices, and who holds which place at what bid. Mentor j has places[first[j]:first[j + 1]]."""

    first: Indices
    outside: int  # what having nobody is worth to a mentee
    price: Indices = field(init=False)
    held: Indices = field(init=False)  # how many places of each mentor are taken, the first ones
    holder: Indices = field(init=False)
    bid: Indices = field(init=False)
    mentor_of: Indices = field(init=False)

    @classmethod
    def open(cls, mentees: int, places: Indices, *, outside: int, closed: int) -> "Market":
        """Mentors without a place have the price `closed`, which nobody would pay."""
        first = np.concatenate([np.zeros(1, np.int64), np.cumsum(places)])
        market = cls(first=first, outside=outside)
        market.price = np.where(places > 0, 0, closed)
        market.held = np.zeros(len(places), np.int64)
        market.holder = np.full(market.first[-1], NOBODY, np.int64)
        market.bid = np.zeros(market.first[-1], np.int64)
        market.mentor_of = np.full(mentees, NOBODY, np.int64)
        return market

    @classmethod
    def seated(cls, mentor_of: Indices, places: Indices, price: Indices, outside: int) -> "Market":
        """With everybody where they are, at these prices; nobody has more than their places."""
        market = cls.open(len(mentor_of), places, outside=outside, closed=0)
        market.price, market.mentor_of = price, mentor_of
        placed = np.flatnonzero(mentor_of != NOBODY)
        by_mentor = placed[np.argsort(mentor_of[placed], kind="stable")]
        market.held = np.bincount(mentor_of[placed], minlength=len(places))
        before = np.cumsum(market.held) - market.held
        at = market.first[mentor_of[by_mentor]] + np.arange(len(placed))
        at -= before[mentor_of[by_mentor]]
        market.holder[at], market.bid[at] = by_mentor, price[mentor_of[by_mentor]]
        return market

    def settle(
        self, candidates: Candidates, step: int, watch: Watch, *, content: int | None = None
    ) -> None:
        """Bid until nobody wants to, and no free place has a price.

        Who has a mentor bids only if they would gain more than `content`: a step, if it is None.
        """
        who, score = candidates.who, candidates.score
        state = (self.first, self.price, self.held, self.holder, self.bid, self.mentor_of)
        _level(self.first, self.price, self.held, self.bid)
        waiting = np.empty(len(self.mentor_of) + 1, np.int64)
        content = step if content is None else content
        count = _leave(who, score, *state, content, self.outside, waiting)
        head, bids = 0, 0
        while count and bids < PATIENCE * len(self.mentor_of):
            head, count, made = _bid(
                who, score, *state, step, self.outside, waiting, head, count, SLICE
            )
            bids += made
            watch(0.0, "bidding")
        if ((self.held < np.diff(self.first)) & (self.price > 0)).any():
            named_by, row, place = _by_mentor(who, len(self.price))
            lowering = np.flatnonzero((self.held < np.diff(self.first)) & (self.price > 0))
            _lower(who, score, *state, step, self.outside, named_by, row, place, lowering)
            watch(0.0, "bidding")


@compiled
def _level(first: Indices, price: Indices, held: Indices, bid: Indices) -> None:
    """Everyone pays their mentor's price, no more."""
    for j in range(len(price)):
        bid[first[j] : first[j] + held[j]] = price[j]


@compiled
def _leave(
    who: Columns,
    score: Block,
    first: Indices,
    price: Indices,
    held: Indices,
    holder: Indices,
    bid: Indices,
    mentor_of: Indices,
    content: int,
    outside: int,
    waiting: Indices,
) -> int:
    """Those who could gain more than that give up their place, and wait with those without."""
    count = 0
    for i in range(len(mentor_of)):
        own = outside if mentor_of[i] >= 0 else outside - content
        most = outside
        for q in range(who.shape[1]):
            j = who[i, q]
            if j < 0:
                break
            value = np.int64(score[i, q]) - price[j]
            most = max(most, value)
            if j == mentor_of[i]:
                own = value
        if most > own + content:
            if mentor_of[i] >= 0:
                _give_up(first, held, holder, bid, mentor_of, i)
            waiting[count] = i
            count += 1
    return count


@compiled
def _give_up(
    first: Indices, held: Indices, holder: Indices, bid: Indices, mentor_of: Indices, i: int
) -> None:
    j = mentor_of[i]
    last = first[j] + held[j] - 1
    for place in range(first[j], last):
        if holder[place] == i:
            holder[place], bid[place] = holder[last], bid[last]
            break
    held[j] -= 1
    mentor_of[i] = NOBODY


@compiled
def _bid(
    who: Columns,
    score: Block,
    first: Indices,
    price: Indices,
    held: Indices,
    holder: Indices,
    bid: Indices,
    mentor_of: Indices,
    step: int,
    outside: int,
    waiting: Indices,
    head: int,
    count: int,
    limit: int,
) -> tuple[int, int, int]:
    """The forward auction, who waits longest first; returns the queue's new head and length."""
    size = len(waiting)
    made = 0
    while count > 0 and made < limit:
        i = waiting[head]
        head = (head + 1) % size
        count -= 1
        made += 1
        j, most, second = _two_best(who[i], score[i], price, outside)
        if j == NOBODY:
            continue
        offer = price[j] + most - second + step
        displaced = _accept(first, price, held, holder, bid, j, i, offer)
        mentor_of[i] = j
        if displaced != NOBODY:
            mentor_of[displaced] = NOBODY
            waiting[(head + count) % size] = displaced
            count += 1
    return head, count, made


@compiled
def _two_best(who: Columns, score: Block, price: Indices, outside: int) -> tuple[int, int, int]:
    """The candidate who leaves a mentee most, how much, and what the second best would leave."""
    most, second, best = outside, outside, NOBODY
    for q in range(len(who)):
        j = who[q]
        if j < 0:
            break
        value = int(score[q]) - int(price[j])
        if value > most:
            second, most, best = most, value, int(j)
        elif value > second:
            second = value
    return best, most, second


@compiled
def _accept(
    first: Indices,
    price: Indices,
    held: Indices,
    holder: Indices,
    bid: Indices,
    j: int,
    i: int,
    offer: int,
) -> int:
    """Give mentee i a place of mentor j, if need be the one with the lowest bid; returns whose."""
    start, end = first[j], first[j + 1]
    displaced = NOBODY
    if held[j] < end - start:
        place = start + held[j]
        held[j] += 1
    else:
        place = start + int(bid[start:end].argmin())
        displaced = int(holder[place])
    holder[place], bid[place] = i, offer
    if held[j] == end - start:
        price[j] = bid[start:end].min()
    return displaced


@compiled
def _by_mentor(who: Columns, mentors: int) -> tuple[Indices, NDArray[np.int32], NDArray[np.int32]]:
    """The candidates by mentor: j is named by rows[first[j]:first[j + 1]], at these places."""
    first = np.zeros(mentors + 1, np.int64)
    for i in range(who.shape[0]):
        for q in range(who.shape[1]):
            if who[i, q] >= 0:
                first[who[i, q] + 1] += 1
    first = np.cumsum(first)
    end = first[:-1].copy()
    row = np.empty(first[-1], np.int32)
    place = np.empty(first[-1], np.int32)
    for i in range(who.shape[0]):
        for q in range(who.shape[1]):
            j = who[i, q]
            if j >= 0:
                row[end[j]], place[end[j]] = i, q
                end[j] += 1
    return first, row, place


@compiled
def _lower(
    who: Columns,
    score: Block,
    first: Indices,
    price: Indices,
    held: Indices,
    holder: Indices,
    bid: Indices,
    mentor_of: Indices,
    step: int,
    outside: int,
    named_by: Indices,
    row: NDArray[np.int32],
    place: NDArray[np.int32],
    lowering: Indices,
) -> None:
    """The reverse auction of mentors with free places and a price; `lowering` lists them."""
    gain = _gains(who, score, price, mentor_of, outside)
    stack = np.empty(len(price), np.int64)
    stack[: len(lowering)] = lowering
    size = len(lowering)
    stacked = np.zeros(len(price), np.bool_)
    stacked[lowering] = True
    while size > 0:
        j = stack[size - 1]
        if price[j] <= 0 or held[j] == first[j + 1] - first[j]:
            size -= 1
            stacked[j] = False
            continue
        names = slice(named_by[j], named_by[j + 1])
        best, most, second = _keenest(score, gain, mentor_of, j, row[names], place[names])
        asked = max(0, min(int(price[j]), second - step)) if most > step else 0
        for other in range(first[j], first[j] + held[j]):
            bid[other] = asked
            gain[holder[other]] += price[j] - asked
        price[j] = asked
        if most <= step:
            continue
        left = mentor_of[best]
        if left >= 0:
            _give_up(first, held, holder, bid, mentor_of, best)
        taken = first[j] + held[j]
        holder[taken], bid[taken], mentor_of[best] = best, asked, j
        held[j] += 1
        gain[best] += most - asked
        if left >= 0 and price[left] > 0 and not stacked[left]:
            stack[size] = left  # above j, which may be full now
            size += 1
            stacked[left] = True


@compiled
def _gains(who: Columns, score: Block, price: Indices, mentor_of: Indices, outside: int) -> Indices:
    """What is left to each mentee: the score less the price."""
    gain = np.full(len(mentor_of), outside, np.int64)
    for i in range(len(mentor_of)):
        for q in range(who.shape[1]):
            if who[i, q] >= 0 and who[i, q] == mentor_of[i]:
                gain[i] = np.int64(score[i, q]) - price[who[i, q]]
    return gain


@compiled
def _keenest(
    score: Block,
    gain: Indices,
    mentor_of: Indices,
    j: int,
    rows: NDArray[np.int32],
    places: NDArray[np.int32],
) -> tuple[int, int, int]:
    """Of those who name mentor j, who would pay most to come; how much, and the second most."""
    most, second, best = 0, 0, NOBODY
    for at in range(len(rows)):
        i = rows[at]
        if mentor_of[i] == j:
            continue
        value = int(score[i, places[at]]) - int(gain[i])
        if value > most:
            second, most, best = most, value, int(i)
        elif value > second:
            second = value
    return best, most, second
