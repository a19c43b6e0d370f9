"""Loops over scores run as machine code, compiled by Numba on first use and kept on disk.

Numba keeps it in `__pycache__` beside the module or, where that cannot be written, in the user's
cache directory (NUMBA_CACHE_DIR). Compiling everything takes some twenty seconds, loading a second.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Without the interpreter's lock, so that blocks can be worked on at the same time.

    No kernel meets a NaN, and sums are of whole numbers: they may be made in any order.
    """
    compile_it = cast(
        "Callable[[Callable[P, R]], Callable[P, R]]",
        numba.njit(cache=True, nogil=True, fastmath={"nnan", "nsz", "reassoc"}),
    )
    return compile_it(function)
