"""A service that stands still: its database says why, and no instance works until it is mended."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from chassis.at_work import Share
from chassis.database import TRANSIENT, Database
from chassis.logs import logger

EVERY = 1.0  # seconds between looks

log = logger("chassis.standstill")


class StandsStill(Exception):  # noqa: N818
    """The service does not work, nor may a command do its work; the message says why."""


async def refuse(pipe: Database) -> None:
    """Raises StandsStill where the service stands still: what is written would be on old states."""
    async with pipe.connection() as connection:
        if reason := await connection.fetchval("select reason from cairn.standstill"):
            raise StandsStill(reason)


class Standstill:
    """`problem` says in a sentence why the service does not work; it is None while it does."""

    def __init__(self, pipe: Database) -> None:
        self._pipe = pipe
        self.problem: str | None = "The service has not compared its database with its log yet."

    async def begin(self, reason: str) -> None:
        """Have every instance stop; the first reason stands."""
        log.error("the service stands still", reason=reason)
        async with self._pipe.connection() as connection:
            await connection.execute(
                "insert into cairn.standstill (reason) values ($1) on conflict do nothing", reason
            )
        self.problem = reason

    async def run(
        self,
        prove: Callable[[], Awaitable[None]],
        work: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        """Work whenever nothing stands against it, and prove first that nothing does."""
        while True:
            async with Share(self._pipe) as share:
                reason = await self._refusal(share)
                if reason is None:
                    await prove()
                    reason = await self._refusal(share)
                self.problem = reason
                if reason is None:
                    async with work():
                        while self.problem is None:
                            await asyncio.sleep(EVERY)
                            self.problem = await self._refusal(share)
            await asyncio.sleep(EVERY)

    async def _refusal(self, share: Share) -> str | None:
        """What the database says; while it is away, what it said last."""
        try:
            return await share.refusal()
        except TRANSIENT:
            return self.problem
