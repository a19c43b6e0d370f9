"""What careers differ in: the same for every pool, so that two texts are as close in each.

`basis.npz` was fitted once by tools/meaning_basis.py, to texts composed of occupations and skills.
It has what all aspirations have in common and all experience, which says nothing of anybody; and
the principal axes of the rest, each divided by the fourth root of its variance, so that the first
few do not drown the others.
"""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from matching.matcher.meaning import LENGTH, Meanings
from matching.meaning.encoder import Numbers
from matching.meaning.texts import Kind

WIDTH = 48

Common = dict[Kind, Numbers]


def centre(vectors: Numbers, space: int, kinds: NDArray[np.object_]) -> Numbers:
    """Unit vectors of texts of these kinds, without what is common to their kind; zeros stay."""
    common, _ = _basis()[space]
    has_some = vectors.any(axis=1)
    found = np.zeros_like(vectors)
    for kind in Kind:
        rows = has_some & (kinds == kind)
        found[rows] = _unit(vectors[rows] - common[kind])
    return found


def shorten(vectors: Numbers, spaces: NDArray[np.int8]) -> Meanings:
    """Centred vectors as the matcher takes them; `spaces` has 0 for no text."""
    short = np.zeros((len(vectors), WIDTH), np.int16)
    for space, (_, axes) in _basis().items():
        rows = spaces == space
        short[rows] = np.rint(_unit(vectors[rows] @ axes) * LENGTH)
    return Meanings(short, spaces)


def _unit(vectors: Numbers) -> Numbers:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, np.finfo(np.float32).tiny)


@cache
def _basis() -> dict[int, tuple[Common, Numbers]]:
    """For each space, what texts of a kind have in common, and the axes."""
    with files("matching.meaning").joinpath("basis.npz").open("rb") as file, np.load(file) as kept:
        return {
            space: ({kind: kept[f"{kind}_{space}"] for kind in Kind}, kept[f"axes_{space}"])
            for space in (1, 2)
        }
