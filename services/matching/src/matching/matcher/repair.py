"""Repairing a standing match for the network after some people changed, without a new pass.

Everybody else keeps their candidates, and mentors their prices. Who changed is looked at anew; the
auction goes on from there. The bound holds at any prices, so it keeps the old ones where prices
rose, and looks again at all mentees for the mentors whose price fell.
"""

from dataclasses import dataclass

import numpy as np

from matching.matcher.auction import Market
from matching.matcher.candidates import ADDED, NOTHING, Candidates, add, as_asked, forget, look
from matching.matcher.compiled import compiled
from matching.matcher.coverage import place_more
from matching.matcher.favourites import dearest
from matching.matcher.fit import NOBODY, Block, ColumnFit, Indices, unwatched
from matching.matcher.network import STEPS, Network

REPAIR_STEPS = 100_000  # of a bid's least raise in a fit of 1
ROUNDS = 3  # at most, in which mentors who changed are named
NAMED = 64  # mentees for whom a changed mentor becomes a candidate: those who would gain most
PORTION = 32  # mentors who are looked at together


@dataclass(frozen=True)
class Changed:
    """Who changed, in what, or in how many places. Indices stay; newcomers have the next ones.

    A mentee who left is one to whom the fit forbids everybody; a mentor who left has no place.
    """

    mentees: Indices
    mentors: Indices


def repair(fit: ColumnFit, places: Indices, network: Network, changed: Changed) -> Network:
    """The match after the change, with its bound. `network` is used up."""
    market = network.market
    outside = market.outside
    before = _grown(market.price, fit.mentors, 0)
    price = np.where(places > 0, before, fit.highest - outside + 1)
    mentor_of = _grown(market.mentor_of, fit.mentees, NOBODY)
    _end_what_no_longer_holds(fit, places, mentor_of, changed)
    candidates = network.candidates.extended(fit.mentees, min(ADDED, fit.mentors))
    is_changed = np.isin(np.arange(fit.mentors), changed.mentors)
    forget(candidates.who, candidates.score, is_changed)
    _ask_mentees(fit, candidates, price, changed.mentees)
    market = Market.seated(mentor_of, places, price, outside)
    anew = changed.mentors[places[changed.mentors] > 0]
    _name(fit, candidates, market, anew, opening=True)
    step = max(1, fit.highest // REPAIR_STEPS)
    for _ in range(ROUNDS):
        market.settle(candidates, step, unwatched, content=fit.highest // STEPS)
        anew = _name(fit, candidates, market, anew, opening=False)
        if not len(anew):
            break
    place_more(fit, market.mentor_of, places)
    known = _grown(network.asked, fit.mentors, 0)
    asked = np.where(is_changed, market.price, np.minimum(market.price, known))
    surplus = _grown(network.surplus, fit.mentees, NOTHING)
    _raise_by_mentors(fit, asked, np.flatnonzero((asked < known) | is_changed), surplus)
    _, surplus[changed.mentees] = look(fit, changed.mentees, asked, unwatched)
    return Network(market, candidates, asked, surplus)


def _grown(array: np.ndarray, size: int, filling: int) -> np.ndarray:
    """With as many rows more as there are newcomers."""
    missing = (size - len(array), *array.shape[1:])
    return np.concatenate([array, np.full(missing, filling, array.dtype)]) if missing[0] else array


def _end_what_no_longer_holds(
    fit: ColumnFit, places: Indices, mentor_of: Indices, changed: Changed
) -> None:
    """Whose pair is forbidden now loses their mentor; so does who is beyond a mentor's places.

    Of those a mentor keeps the best.
    """
    touched = np.isin(mentor_of, changed.mentors)
    touched[changed.mentees] = True
    rows = np.flatnonzero(touched & (mentor_of != NOBODY))
    score = fit.pairs(rows, mentor_of[rows])
    best_first = rows[np.lexsort((rows, -score, mentor_of[rows]))]
    mentor_of[rows[score < 0]] = NOBODY
    kept = best_first[mentor_of[best_first] != NOBODY]
    others = np.bincount(mentor_of[(mentor_of != NOBODY) & ~touched], minlength=len(places))
    at = np.arange(len(kept)) - np.searchsorted(mentor_of[kept], mentor_of[kept])
    mentor_of[kept[at + others[mentor_of[kept]] >= places[mentor_of[kept]]]] = NOBODY


def _ask_mentees(fit: ColumnFit, candidates: Candidates, price: Indices, mentees: Indices) -> None:
    """Those who changed get the best candidates at the prices there are."""
    found, _ = look(fit, mentees, price, unwatched)
    width = found.who.shape[1]
    candidates.who[mentees] = NOBODY
    candidates.who[mentees, :width], candidates.score[mentees, :width] = found.who, found.score


def _name(
    fit: ColumnFit, candidates: Candidates, market: Market, mentors: Indices, *, opening: bool
) -> Indices:
    """Make mentors candidates of those who would gain most by them; returns whom somebody wants.

    `opening`: they ask a price at which nobody would come, and lower it in the auction.
    """
    price, mentor_of = market.price, market.mentor_of
    placed = np.flatnonzero(mentor_of != NOBODY)
    gain = np.full(len(mentor_of), fit.highest, np.int64)  # who has nobody asks for themselves
    gain[placed] = fit.pairs(placed, mentor_of[placed]) - price[mentor_of[placed]]
    wanted: list[int] = []
    for start in range(0, len(mentors), PORTION):
        some = mentors[start : start + PORTION]
        size = (len(some), min(NAMED, fit.mentees))
        keenest, score = np.empty(size, np.int32), np.zeros(size, np.float32)
        most = np.zeros(len(some), np.int64)
        dearest(fit.columns(some), gain.astype(np.float32), keenest, score, most)
        for row, j in enumerate(some.tolist()):
            named, scores = keenest[row].astype(np.int64), score[row]
            others = (named != NOBODY) & (mentor_of[named] != j)
            offer = scores[others].astype(np.int64) - gain[named[others]]
            if opening:
                price[j] = offer.max(initial=0)
                others |= named != NOBODY
            else:
                others[others] = offer > price[j]
            if others.any():
                wanted.append(j)
            mentor = np.full(others.sum(), j)
            chosen = (named[others], mentor, scores[others])
            add(candidates.who, candidates.score, *chosen, price, mentor_of)
    return np.array(wanted, np.int64)


def _raise_by_mentors(fit: ColumnFit, price: Indices, mentors: Indices, surplus: Indices) -> None:
    """What these mentors would leave each mentee now, where it is more than was known."""
    asked = as_asked(price)
    for start in range(0, len(mentors), PORTION):
        some = mentors[start : start + PORTION]
        _raise(fit.columns(some), asked[some], surplus)


@compiled
def _raise(block: Block, price: Indices, surplus: Indices) -> None:
    for row in range(block.shape[0]):
        for i in range(block.shape[1]):
            if block[row, i] >= 0:
                surplus[i] = max(surplus[i], np.int64(block[row, i]) - price[row])
