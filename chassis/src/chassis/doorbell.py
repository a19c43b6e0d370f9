"""Waking somebody who polls anyway: at once within the process, by NOTIFY in another one."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import asyncpg

from chassis.database import COMMAND_TIMEOUT, notice_dead_peer

PAUSE = 0.002  # seconds: rings that come closer together are one


class Doorbell:
    """Rings `rung` here, and NOTIFYs a channel for listeners elsewhere.

    NOTIFY runs on a connection of its own, never in anybody's transaction: there it would make all
    commits of the database wait for one another.
    """

    def __init__(self, dsn: str, channel: str) -> None:
        self.rung = asyncio.Event()
        self._elsewhere = asyncio.Event()
        self._dsn = dsn
        self._channel = channel

    def ring(self, *, elsewhere: bool = True) -> None:
        self.rung.set()
        if elsewhere:
            self._elsewhere.set()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        task = asyncio.create_task(self._notify())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _notify(self) -> None:
        while True:
            with contextlib.suppress(Exception):  # a lost ring is made good by the poll
                await self._notify_while_connected()
            await asyncio.sleep(0.5)

    async def _notify_while_connected(self) -> None:
        await self._elsewhere.wait()
        connection = await asyncpg.connect(self._dsn, command_timeout=COMMAND_TIMEOUT)
        notice_dead_peer(connection)
        try:
            while True:
                await self._elsewhere.wait()
                self._elsewhere.clear()
                await connection.execute("select pg_notify($1, '')", self._channel)
                await asyncio.sleep(PAUSE)
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=1)
