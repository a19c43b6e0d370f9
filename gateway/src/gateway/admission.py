"""How much a process works on at once. Others wait a moment for their turn, and are turned away.

There is room for so much work: more at once would make everyone wait, and nobody be answered
sooner. Who has come last is next: where all have to wait, those who came first are too late anyway,
and the others need not be. Waiting for a client or for another service takes no room.
"""

import asyncio
from collections import deque

from gateway.errors import Problem

ROOM = 64  # requests that read little, or fewer that read much
PATIENCE = 0.25  # seconds
MOST_WAITING = 256
RETRY_AFTER = 1  # seconds

WIDEST = ROOM // 8  # of one request: however long they take, some run side by side
READING = 2e-3  # seconds of the read model, for which a request takes the room of one more


class Admission:
    def __init__(self, room: int = ROOM) -> None:
        self.free = room
        self._waiting: deque[asyncio.Future[bool]] = deque()  # who came last stands last

    async def enter(self) -> "Place":
        """Room for a request that reads little. Raises Problem where there is none in time."""
        if self.free > 0:
            self.free -= 1
        elif not await self._turn():
            raise Problem(
                503,
                "OVERLOADED",
                f"Too much is asked here at the moment: ask again in {RETRY_AFTER} s.",
                headers={"retry-after": str(RETRY_AFTER)},
                extensions={"retryAfter": RETRY_AFTER},
            )
        return Place(self)

    def give(self, room: int) -> None:
        """Back to whoever waits: to one at a time, who may need all of it."""
        self.free += room
        while self.free > 0 and self._waiting:
            turn = self._waiting.pop()
            if not turn.done():
                turn.set_result(True)
                self.free -= 1
                return

    async def _turn(self) -> bool:
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        timer = loop.call_later(PATIENCE, _turn_away, turn)
        self._waiting.append(turn)
        if len(self._waiting) > MOST_WAITING:
            _turn_away(self._waiting.popleft())
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self.give(1)
            raise
        finally:
            timer.cancel()


def _turn_away(turn: asyncio.Future[bool]) -> None:
    if not turn.done():
        turn.set_result(False)


class Place:
    """Room that is taken until it is left."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._taken = 1

    def widen(self, seconds: float) -> None:
        """Take as much as a request needs that reads for so long, though there may be less."""
        more = min(int(seconds / READING), WIDEST - 1)
        self._taken += more
        self._admission.give(-more)  # what is left is for the next

    def leave(self) -> None:
        taken, self._taken = self._taken, 0
        self._admission.give(taken)

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
