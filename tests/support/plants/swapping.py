"""Replacing a part of a module while nothing uses it yet."""

from collections.abc import Callable
from typing import Any


def swap(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Put what `make` makes of a part into its place."""
    setattr(owner, name, make(getattr(owner, name)))
