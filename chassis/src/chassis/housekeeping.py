"""What is kept for a time only, and deleted after it."""

import asyncio

from chassis import answers
from chassis.database import TRANSIENT, Database
from chassis.logs import logger

EVERY = 60 * 60  # seconds
SETTLED_DAYS = 30  # that a settled delivery is kept for questions about it

log = logger("chassis.housekeeping")


class Housekeeping:
    """Deletes what is past its retention; safe in several instances at once."""

    def __init__(self, pipe: Database) -> None:
        self._pipe = pipe

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.turn()
            except TRANSIENT as error:
                log.warning("housekeeping tries again later", error=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def turn(self) -> None:
        async with self._pipe.connection() as connection:
            while await answers.forget_old(connection):
                pass
            await connection.execute(
                """
                delete from cairn.deliveries
                where settled_at < now() - make_interval(days => $1)
                """,
                SETTLED_DAYS,
            )
