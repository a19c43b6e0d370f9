"""Choosing by weight."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from math import log
from random import Random
from typing import TypeVar

T = TypeVar("T")


def weighted(rng: Random, weights: Mapping[T, float]) -> T:
    return rng.choices(list(weights), list(weights.values()))[0]


def place_in(rng: Random, cumulative: Sequence[float]) -> int:
    """An index, drawn by the weights that these are the running sums of."""
    return bisect(cumulative, rng.random() * cumulative[-1], hi=len(cumulative) - 1)


def several(rng: Random, weights: Sequence[float], count: int) -> list[int]:
    """As many indexes, no two the same, the heavier the likelier; none of weight 0.

    (Efraimidis and Spirakis, 2006: the smallest of one exponential deviate each.)
    """
    deviates = ((-log(1.0 - rng.random()) / w, i) for i, w in enumerate(weights) if w > 0)
    return [index for _, index in nsmallest(count, deviates)]


def shares(total: int, weights: Sequence[float], least: int = 0) -> list[int]:
    """Split a total by weights into whole numbers, each at least so large."""
    rest = total - least * len(weights)
    exact = [rest * weight / sum(weights) for weight in weights]
    whole = [int(share) for share in exact]
    by_fraction = sorted(range(len(exact)), key=lambda index: whole[index] - exact[index])
    for index in by_fraction[: rest - sum(whole)]:
        whole[index] += 1
    return [least + share for share in whole]
