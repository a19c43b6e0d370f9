"""Gauges of what a database holds, whichever process put it there, and however long ago."""

from chassis import metrics
from chassis.database import Database
from chassis.turns import Turns

EVERY = 10.0  # seconds


class Measures:
    """Measures; the same in every instance."""

    def __init__(self, pipe: Database) -> None:
        self._pipe = pipe
        self._topics: set[str] = set()  # that had dead letters
        self.run = Turns(self.turn, every=EVERY, called="measuring").run

    async def turn(self) -> None:
        async with self._pipe.connection() as connection:
            rows = await connection.fetch(
                "select topic, count(*) as parked from cairn.dead_letters group by topic"
            )
        found = {row["topic"]: row["parked"] for row in rows}
        self._topics |= set(found)
        for topic in self._topics:
            metrics.DEAD_LETTERS.labels(topic).set(found.get(topic, 0))
