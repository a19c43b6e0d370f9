"""How groups of mentees fare beside all of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.matcher.fit import Indices

FOUR_FIFTHS = 0.8  # of the network's rate: below it a group counts as worse off (29 CFR 1607.4 D)


@dataclass(frozen=True)
class Group:
    """One group of an attribute; rates are of its mentees."""

    label: int
    mentees: int
    placed: int
    first_choices: int
    mean_score: float  # of the placed, in [0, 1]
    coverage_ratio: float  # its share of placed mentees over the network's; 1 where nobody is
    first_choice_ratio: float  # the same of first choices

    @property
    def worse(self) -> bool:
        return min(self.coverage_ratio, self.first_choice_ratio) < FOUR_FIFTHS


def parity(labels: Indices, fits: NDArray[np.float64], first: NDArray[np.bool]) -> list[Group]:
    """By label, for those of at least 0: a negative one counts to no group.

    `fits` is negative for who was not placed; `first` says who got a first choice.
    """
    return [_group(label, labels == label, fits, first) for label in np.unique(labels[labels >= 0])]


def _group(
    label: int, members: NDArray[np.bool], fits: NDArray[np.float64], first: NDArray[np.bool]
) -> Group:
    placed = fits >= 0
    theirs = fits[members & placed]
    return Group(
        label=int(label),
        mentees=int(members.sum()),
        placed=len(theirs),
        first_choices=int((members & first).sum()),
        mean_score=float(theirs.mean()) if len(theirs) else 0.0,
        coverage_ratio=_ratio(placed[members], placed),
        first_choice_ratio=_ratio(first[members], first),
    )


def _ratio(group: NDArray[np.bool], network: NDArray[np.bool]) -> float:
    return float(group.mean() / network.mean()) if network.any() else 1.0
