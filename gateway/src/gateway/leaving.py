"""Clients who leave before they have their answer: nothing is worked on for nobody."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

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
    task = asyncio.current_task()
    assert task is not None
    watch = _Watch(receive, task)
    timer = loop.call_later(WATCHED_AFTER, watch.begin)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.saw_them_leave():
            raise ClientLeft from None
        raise
    finally:
        timer.cancel()
        watch.end()


class _Watch:
    """Cancels a task when the client leaves. A time-out of asyncio's would take as long as most of
    the work does.
    """

    def __init__(self, receive: Receive, task: asyncio.Task[Any]) -> None:
        self._receive = receive
        self._task = task
        self._watching: asyncio.Task[None] | None = None
        self._left = False

    def begin(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    def end(self) -> None:
        if self._watching is not None:
            self._watching.cancel()

    def saw_them_leave(self) -> bool:
        """Whether that, and nothing else besides, cancelled the task."""
        return self._left and self._task.uncancel() == 0

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._left = True
        self._task.cancel()
