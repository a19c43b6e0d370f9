"""`python -m bench.matching.contenders NAME KIND MENTEES FILE`: match one market, alone.

It prints what that took, as JSON, and saves the mentor of each mentee. Where peers need packages
that ours must not have beside them, they run in an environment of their own.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bench.matching.instances import Indices, Market

NEAREST = 32  # candidates of each mentee, where a peer cannot have all
WARMING = 300  # mentees of a market that is matched before, so that all code is loaded

Solver = Callable[[Market], Indices]


def network(market: Market) -> Indices:
    from matching.matcher.fit import unwatched  # peers do not have it
    from matching.matcher.network import best_for_network

    return best_for_network(market, market.places, seed=0, watch=unwatched).mentor_of


def stable(market: Market) -> Indices:
    from matching.matcher.acceptance import Acceptance

    acceptance = Acceptance(market, market.places)
    acceptance.place(np.arange(market.mentees))
    return acceptance.mentor_of()


def exact(market: Market) -> Indices:
    """SciPy's linear_sum_assignment, a column for each place."""
    from scipy.optimize import linear_sum_assignment

    column = np.repeat(np.arange(market.mentors), market.places)
    score = market.of(np.arange(market.mentees))[:, column]
    score[score < 0] = -market.highest
    rows, columns = linear_sum_assignment(score, maximize=True)
    mentor_of = np.full(market.mentees, -1)
    mentor_of[rows] = column[columns]
    return mentor_of


def flow(market: Market) -> Indices:
    """OR-Tools' min-cost flow over everybody's nearest mentors."""
    from ortools.graph.python import min_cost_flow  # pyright: ignore[reportMissingImports]

    who, score = _nearest(market)
    n, m = market.mentees, market.mentors
    solver = min_cost_flow.SimpleMinCostFlow()
    mentee = np.repeat(np.arange(n), who.shape[1])
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        mentee, n + who.ravel(), np.ones(who.size, np.int64), -score.ravel().astype(np.int64)
    )
    sink = n + m
    solver.add_arcs_with_capacity_and_unit_cost(
        np.arange(n, sink), np.full(m, sink), market.places, np.zeros(m, np.int64)
    )
    solver.add_arcs_with_capacity_and_unit_cost(  # having nobody costs
        np.arange(n), np.full(n, sink), np.ones(n, np.int64), np.full(n, market.highest)
    )
    solver.set_nodes_supplies(np.append(np.arange(n), sink), np.append(np.ones(n, np.int64), -n))
    if solver.solve() != solver.OPTIMAL:
        raise RuntimeError("the flow has no solution")
    used = np.flatnonzero(solver.flows(arcs))
    mentor_of = np.full(n, -1)
    mentor_of[mentee[used]] = who.ravel()[used]
    return mentor_of


def games(market: Market) -> Indices:
    """The package `matching`: hospitals and residents, whole lists of preferences."""
    from matching.games import HospitalResident  # pyright: ignore[reportMissingImports]

    sys.setrecursionlimit(1_000_000)
    score = market.of(np.arange(market.mentees))
    mine = {i: _ranked(score[i]) for i in range(market.mentees)}
    theirs = {j: _ranked(score[:, j]) for j in range(market.mentors)}
    places = dict(enumerate(market.places.tolist()))
    game = HospitalResident.create_from_dictionaries(mine, theirs, places)
    mentor_of = np.full(market.mentees, -1)
    for mentor, mentees in game.solve(optimal="resident").items():
        for mentee in mentees:
            mentor_of[mentee.name] = mentor.name
    return mentor_of


def _ranked(score: NDArray[np.float32]) -> list[int]:
    """The best first; by index among equals."""
    order = np.argsort(-score, kind="stable")
    return order[score[order] >= 0].tolist()


def _nearest(market: Market) -> tuple[Indices, NDArray[np.float32]]:
    count = min(NEAREST, market.mentors)
    who = np.empty((market.mentees, count), np.int64)
    score = np.empty((market.mentees, count), np.float32)
    for block in market.blocks(np.arange(market.mentees)):
        scores = market.of(block)
        who[block] = np.argpartition(scores, -count, axis=1)[:, -count:]
        score[block] = np.take_along_axis(scores, who[block], axis=1)
    return who, score


CONTENDERS: dict[str, Solver] = {
    "network": network,
    "stable": stable,
    "scipy": exact,
    "ortools": flow,
    "matching": games,
}


def main(arguments: Sequence[str]) -> None:
    name, kind, mentees, file = arguments
    solve = CONTENDERS[name]
    solve(Market(WARMING, kind))
    if name in ("network", "stable"):
        solve(Market(12_000, kind))  # with a sample, as large markets have
    market = Market(int(mentees), kind)
    wall, cpu = time.perf_counter(), time.process_time()
    mentor_of = solve(market)
    took = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    np.save(file, mentor_of)
    print(json.dumps({**took, "mebibytes": peak}))


if __name__ == "__main__":
    main(sys.argv[1:])
