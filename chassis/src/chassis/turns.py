"""Work that is done in turns: at once when somebody rings, and now and then without."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from chassis.database import TRANSIENT
from chassis.logs import logger

log = logger("chassis.turns")


class Turns:
    """Calls `turn` again and again; what passes by itself, such as an absent database, is borne.

    A turn that returns something true is followed by the next at once; else the next comes when
    `wake` is called, or after `every` seconds.
    """

    def __init__(self, turn: Callable[[], Awaitable[object]], *, every: float, called: str) -> None:
        self._turn = turn
        self._every = every
        self._called = called
        self._rung = asyncio.Event()

    def wake(self) -> None:
        self._rung.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._rung.clear()
            busy = None
            try:
                busy = await self._turn()
            except* TRANSIENT as errors:
                names = {type(error).__name__ for error in errors.exceptions}
                log.warning("a turn is taken again", of=self._called, errors=sorted(names))
            if not busy:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._every):
                        await self._rung.wait()
