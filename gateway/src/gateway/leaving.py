"""Clients who leave before they have their answer: nothing is worked on for nobody."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.types import Receive

WATCHED_AFTER = 0.1  # seconds of work; less is over before watching would pay

T = TypeVar("T")


class ClientLeft(Exception):  # noqa: N818
    """Nobody waits for the answer any more; the work for it was cancelled."""


async def unless_left(receive: Receive, work: Awaitable[T]) -> T:
    """What the work gives, which is cancelled when the client leaves. Raises ClientLeft.

    `receive` is the request's, whose body has been read.
    """
    loop = asyncio.get_running_loop()
    stay = asyncio.timeout(None)
    watching: list[asyncio.Task[None]] = []
    try:
        async with stay:
            timer = loop.call_later(
                WATCHED_AFTER, lambda: watching.append(loop.create_task(_watch(receive, stay)))
            )
            try:
                return await work
            finally:
                timer.cancel()
                for task in watching:
                    task.cancel()
    except TimeoutError:
        if stay.expired():
            raise ClientLeft from None
        raise


async def _watch(receive: Receive, stay: asyncio.Timeout) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stay.reschedule(asyncio.get_running_loop().time())
