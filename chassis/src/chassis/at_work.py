"""Who works shares a lock of the service's database, which whoever recovers it has to itself.

It is held by a session: a process that dies gives it up, and one that is paused keeps it. So nobody
takes a database back under an instance that works, whatever that can or cannot reach.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from types import TracebackType

import asyncpg

from chassis.database import Connection, Database, server_settings

ALONE_WITHIN = 15.0  # seconds for instances that stand still to give their shares up

_LOCK = "hashtext('cairn work')"
_TAKEN_BACK = "What the database lacks is taken back from the log."


class AtWork(Exception):  # noqa: N818
    """An instance of the service works: nothing stands still, or something was not stopped."""


@asynccontextmanager
async def alone(pipe_dsn: str, service: str) -> AsyncGenerator[None]:
    """Have the lock to oneself: no instance works meanwhile, nor begins to. Raises AtWork."""
    lock = await asyncpg.connect(pipe_dsn, server_settings=server_settings(f"{service} recover"))
    try:
        try:
            async with asyncio.timeout(ALONE_WITHIN):
                while not await lock.fetchval(f"select pg_try_advisory_lock({_LOCK})"):
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise AtWork(
                f"An instance of {service} is at work. Stop all its instances, and run this again."
            ) from None
        yield
    finally:
        await lock.close(timeout=2)


class Share:
    """One instance's share, from the first look on; where it is lost, the next look renews it."""

    def __init__(self, pipe: Database) -> None:
        self._pipe = pipe
        self._stack = AsyncExitStack()
        self._connection: Connection | None = None

    async def __aenter__(self) -> "Share":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._give_up()

    async def refusal(self) -> str | None:
        """Why the instance may not work; None where it may, and nobody has the database alone."""
        try:
            if self._connection is None:
                self._connection = await self._stack.enter_async_context(self._pipe.connection())
                shared = f"select pg_try_advisory_lock_shared({_LOCK})"
                if not await self._connection.fetchval(shared):
                    await self._give_up()
                    return _TAKEN_BACK
            return await self._connection.fetchval("select reason from cairn.standstill")
        except BaseException:
            await self._give_up()
            raise

    async def _give_up(self) -> None:
        """End the session, and with it its share."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(asyncpg.InterfaceError):  # it is closed, and the pool knows
                connection.terminate()
        await self._stack.aclose()
