"""Waiting for a condition, with a deadline."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(
    condition: Callable[[], Awaitable[T | None]], *, within: float = 20.0, every: float = 0.05
) -> T: ...


@overload
async def eventually(
    condition: Callable[[], T | None], *, within: float = 20.0, every: float = 0.05
) -> T: ...


async def eventually(
    condition: Callable[[], Any], *, within: float = 20.0, every: float = 0.05
) -> Any:
    """What the condition gives once it is true; it fails with its last value after `within` s."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s; it was {value!r} at the end")
        await asyncio.sleep(every)
