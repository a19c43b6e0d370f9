"""Matching: who gets which mentor, in the mode asked for, and what can be shown of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from contracts.matching import Mode
from matching.matcher.acceptance import Acceptance
from matching.matcher.fit import Fit, Indices, Watch, unwatched, within
from matching.matcher.network import best_for_network
from matching.matcher.preferences import BY_FIT, Preferences
from matching.matcher.proof import Proof, prove


@dataclass(frozen=True)
class Assignment:
    """The mentor of each mentee, by index, or -1; and what can be shown of it."""

    mentor_of: Indices
    proof: Proof
    bound: int | None = None  # no assignment of as many pairs has a greater total; none: unknown


def match(
    fit: Fit,
    places: Indices,
    *,
    mode: Mode = Mode.STABLE,
    choices: Preferences = BY_FIT,
    labels: Mapping[str, Indices] | None = None,
    seed: int = 0,
    watch: Watch = unwatched,
) -> Assignment:
    """Assign mentors to mentees, within everyone's places, and within the hard rules.

    `choices` is what people ranked, for the mode by choice. `labels` has, by attribute, the group
    of each mentee: the proof tells how these fare. The same arguments give the same assignment.
    Whatever `watch` raises ends the work. Time grows with mentees times mentors; memory with their
    sum.
    """
    if mode is Mode.NETWORK:
        network = best_for_network(fit, places, seed=seed, watch=within(watch, 0, 0.9))
        mentor_of, bound, preferences = network.mentor_of, network.bound, BY_FIT
    else:
        preferences = choices if mode is Mode.CHOICE else BY_FIT
        acceptance = Acceptance(fit, places, preferences)
        acceptance.place(np.arange(fit.mentees), within(watch, 0, 0.8))
        mentor_of, bound = acceptance.mentor_of(), None
    proof = prove(
        fit,
        mentor_of,
        places,
        preferences=preferences,
        labels=labels,
        bound=bound,
        watch=within(watch, 0.9, 1),
    )
    return Assignment(mentor_of, proof, bound)
