"""What is kept for a time only, and deleted after it."""

from chassis import answers
from chassis.database import Database
from chassis.turns import Turns

EVERY = 60 * 60  # seconds
SETTLED_DAYS = 30  # that a settled delivery is kept for questions about it


class Housekeeping:
    """Deletes what is past its retention; safe in several instances at once."""

    def __init__(self, pipe: Database) -> None:
        self._pipe = pipe
        self.run = Turns(self.turn, every=EVERY, called="housekeeping").run

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
