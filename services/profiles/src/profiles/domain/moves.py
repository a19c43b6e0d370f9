"""Moves that people really made, told only where they can point at nobody."""

from collections.abc import Mapping

FEWEST = 10  # people who made the same move; of fewer nothing is told
IN = 5  # counts are told in fives, rounded down: one more or less does not show

Move = tuple[str, str]  # from an occupation to another, by URI


def told(counts: Mapping[Move, int]) -> dict[Move, int]:
    """How many made each move, as far as that may be told: "at least so many"."""
    return {move: many - many % IN for move, many in counts.items() if many >= FEWEST}
