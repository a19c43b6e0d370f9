"""Best for the network: the greatest total fit, with a proof of how near it is.

Nobody bids for all mentors. Everybody has some candidates; an auction among these gives prices; a
pass over all scores finds what everybody would take at these prices, and those become candidates
too: column generation. The same pass proves a bound: at any prices, the total of k pairs is at most
the prices of all places plus the k greatest of what its best mentor leaves to each mentee.
"""

from dataclasses import dataclass

import numpy as np

from matching.matcher.auction import Market
from matching.matcher.candidates import Candidates, as_asked, look, merge, standing
from matching.matcher.coverage import place_more
from matching.matcher.fit import Fit, Indices, Watch, within

GOAL = 0.0005  # as near to the greatest total is near enough
SMALL = 4_000_000  # pairs up to which the greatest itself is looked for
ROUNDS = 20  # at most
STEPS = 500  # of a bid's least raise in a fit of 1, at first
FINER = 5  # times smaller is the raise once hardly anybody would find a better mentor
HARDLY = 0.01
SAMPLED = 8  # one mentee in so many stands for all, when the first prices are made
SAMPLE_ROUNDS = 4
SAMPLE_STEPS = 250
WORTH_A_SAMPLE = 10_000  # mentees


@dataclass(frozen=True)
class Network:
    """An assignment, the bound of its total, and what a repair goes on from."""

    market: Market
    candidates: Candidates
    asked: Indices  # the prices of the bound
    surplus: Indices  # the most that any mentor leaves each mentee at these prices

    @property
    def mentor_of(self) -> Indices:
        return self.market.mentor_of

    @property
    def bound(self) -> int:
        """No assignment of as many pairs has a greater total."""
        worth = (as_asked(self.asked) * np.diff(self.market.first)).sum()
        matched = int((self.mentor_of >= 0).sum())
        return int(worth + np.sort(self.surplus)[len(self.surplus) - matched :].sum())


def best_for_network(fit: Fit, places: Indices, *, seed: int, watch: Watch) -> Network:
    """As many mentees as possible are placed; of all ways to do so, nearly the best.

    Memory grows with the mentees plus the mentors; time with their product.
    """
    everyone = np.arange(fit.mentees)
    market = _open_market(fit, places)
    asked = market.price
    if fit.mentees >= WORTH_A_SAMPLE:
        asked = _sample_prices(fit, places, seed, within(watch, 0, 0.2))
    candidates, surplus = look(fit, everyone, asked, within(watch, 0.2, 0.4))
    goal = 0.0 if fit.mentees * fit.mentors <= SMALL else GOAL
    step = max(1, fit.highest // STEPS)
    for number in range(ROUNDS):
        watched = within(watch, 1 - 0.6 / 2**number, 1 - 0.3 / 2**number)
        market.settle(candidates, step, watched)
        fresh, surplus = look(fit, everyone, market.price, watched)
        own, known = standing(candidates, market.price, market.mentor_of)
        bound = Network(market, candidates, market.price, surplus).bound
        if bound - int(own.sum()) <= goal * bound:
            break
        missed = (surplus > known).mean()  # of the mentees: who knew not of the best mentor
        if missed == 0 and step == 1:
            break
        if missed <= HARDLY:
            step = max(1, step // FINER)
        candidates = merge(candidates, fresh, market.price, market.mentor_of)
    place_more(fit, market.mentor_of, places)
    return Network(market, candidates, market.price, surplus)


def _open_market(fit: Fit, places: Indices) -> Market:
    """Having nobody is worth less than any mentor; much less where there is room for all."""
    outside = -fit.highest if fit.mentees <= places.sum() else -1
    return Market.open(fit.mentees, places, outside=outside, closed=fit.highest - outside + 1)


def _sample_prices(fit: Fit, places: Indices, seed: int, watch: Watch) -> Indices:
    """What places cost in a market where some mentees bid for all: nearly the prices to come."""
    chosen = np.random.default_rng(seed).choice(
        fit.mentees, fit.mentees // SAMPLED, replace=False, shuffle=False
    )
    sample = np.sort(chosen)
    asked = np.zeros_like(places)
    candidates = Candidates.none(len(sample) * SAMPLED)
    for number in range(SAMPLE_ROUNDS):
        watched = within(watch, number / SAMPLE_ROUNDS, (number + 1) / SAMPLE_ROUNDS)
        fresh, _ = look(fit, sample, asked, watched)
        market = Market.open(len(sample) * SAMPLED, places, outside=-1, closed=fit.highest + 2)
        candidates = merge(candidates, fresh.repeated(SAMPLED), asked, market.mentor_of)
        market.settle(candidates, max(1, fit.highest // SAMPLE_STEPS), watched)
        asked = market.price
    return asked
