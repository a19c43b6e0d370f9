"""Hearing of changes: one connection to the read model listens for all sockets of a process."""

import asyncio
import contextlib

import asyncpg

from chassis.database import TRANSIENT, notice_dead_peer, server_settings
from chassis.logs import logger
from gateway import announcing
from gateway.live.watches import Watches

ALIVE_EVERY = 10.0  # seconds between two looks whether the server still answers
ANSWER_WITHIN = 5  # seconds
AGAIN_AFTER = 0.2  # seconds

log = logger("gateway.live")


class Hearing:
    """Tells the watches what the projector says.

    It has a connection of its own: that of the arrivals is given up when a question takes too long.
    What is said while there is none is made good by telling everybody.
    """

    def __init__(self, dsn: str, watches: Watches) -> None:
        self._dsn = dsn
        self._watches = watches

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._listen()
            except TRANSIENT as error:
                log.warning("listening for changes again", error=type(error).__name__)
            await asyncio.sleep(AGAIN_AFTER)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(
            self._dsn,
            timeout=ANSWER_WITHIN,
            command_timeout=ANSWER_WITHIN,
            server_settings=server_settings("gateway live"),
        )
        lost = asyncio.Event()
        try:
            notice_dead_peer(connection)
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(announcing.CHANGED, self._heard)
            self._watches.tell_all()
            while not lost.is_set():
                await connection.execute("select")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ALIVE_EVERY):
                        await lost.wait()
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _pid: int, _channel: str, message: object) -> None:
        change = announcing.read(str(message))
        if change is None:
            self._watches.tell_all()
        else:
            self._watches.tell(change)
