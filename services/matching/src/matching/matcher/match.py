"""Matching: who gets which mentor, in the mode asked for, and what can be shown of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from contracts.matching import Mode
from matching.matcher.acceptance import Acceptance
from matching.matcher.fairness import even_out
from matching.matcher.fit import Fit, Indices, Watch, unwatched, within
from matching.matcher.network import best_for_network
from matching.matcher.preferences import BY_FIT, Preferences
from matching.matcher.proof import Assignment, prove


def match(
    fit: Fit,
    places: Indices,
    *,
    mode: Mode = Mode.STABLE,
    choices: Preferences = BY_FIT,
    labels: Mapping[str, Indices] | None = None,
    even: Sequence[str] = (),
    seed: int = 0,
    watch: Watch = unwatched,
) -> Assignment:
    """Assign mentors to mentees, within everyone's places, and within the hard rules.

    `choices` is what people ranked, for the mode by choice. `labels` has, by attribute, the group
    of each mentee, negative for none: the proof tells how these fare. `even` names the attributes
    whose groups must not fare markedly worse; the market is solved again until they do not.

    The same arguments give the same assignment. Whatever `watch` raises ends the work. Time grows
    with mentees times mentors; memory with their sum.
    """
    preferences = choices if mode is Mode.CHOICE else BY_FIT

    def solve(given: Fit, watch: Watch) -> Assignment:
        """Solved on what is given, proven on the true fit."""
        bound = None
        if mode is Mode.NETWORK:
            network = best_for_network(given, places, seed=seed, watch=within(watch, 0, 0.9))
            mentor_of = network.mentor_of
            bound = network.bound if given is fit else None
        else:
            acceptance = Acceptance(given, places, preferences)
            acceptance.place(np.arange(given.mentees), within(watch, 0, 0.8))
            mentor_of = acceptance.mentor_of()
        watched = within(watch, 0.9, 1)
        proof = prove(
            fit,
            mentor_of,
            places,
            preferences=preferences,
            labels=labels,
            bound=bound,
            watch=watched,
        )
        return Assignment(mentor_of, proof, bound)

    if not even:
        return solve(fit, watch)
    unaided = solve(fit, within(watch, 0, 0.3))
    helped = even_out(
        fit, labels or {}, even, unaided, lambda given: solve(given, within(watch, 0.3, 1))
    )
    return _with_its_cost(helped, unaided)


def _with_its_cost(helped: Assignment, unaided: Assignment) -> Assignment:
    """Beside the assignment without help, whose bound holds for both if both place as many."""
    before, after = unaided.proof, helped.proof
    cost = 1 - after.total_score / before.total_score if before.total_score else 0.0
    gap = before.optimality_gap
    if gap is not None and after.placed == before.placed:
        gap = 1 - (1 - gap) * (1 - cost)
        return Assignment(helped.mentor_of, replace(after, optimality_gap=gap), unaided.bound, cost)
    return Assignment(helped.mentor_of, after, None, cost)
