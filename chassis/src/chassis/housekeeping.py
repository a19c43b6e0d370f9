"""What is kept for a time only, and deleted after it."""

from chassis.database import Connection, Database
from chassis.turns import Turns

EVERY = 60 * 60  # seconds
AT_ONCE = 10_000  # rows, so that no statement takes long
KEPT = (  # table, since when a row is kept, and for how many days
    ("cairn.answers", "answered_at", 30),  # what an idempotency key is good for
    ("cairn.deliveries", "settled_at", 30),  # for questions about them
)


class Housekeeping:
    """Deletes what is past its retention; safe in several instances at once."""

    def __init__(self, pipe: Database) -> None:
        self._pipe = pipe
        self.run = Turns(self.turn, every=EVERY, called="housekeeping").run

    async def turn(self) -> None:
        async with self._pipe.connection() as connection:
            for table, since, days in KEPT:
                while await _forget_some(connection, table, since, days):
                    pass


async def _forget_some(connection: Connection, table: str, since: str, days: int) -> bool:
    """Delete AT_ONCE old rows at most; returns whether there were any."""
    status = await connection.execute(
        f"""
        delete from {table} where ctid = any(array(
            select ctid from {table}
            where {since} < now() - make_interval(days => $1) limit $2))
        """,  # noqa: S608
        days,
        AT_ONCE,
    )
    return not status.endswith(" 0")
