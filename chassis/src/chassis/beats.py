"""Beats: a record in every partition, once an hour.

Kafka cleans a partition only when it is written to, and erasure promises that it is cleaned. A beat
says nothing: whoever reads the log passes over it.
"""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.database import Database
from chassis.events import BEAT
from chassis.kafka_client import drop, start
from chassis.logs import logger
from chassis.topics import Topic
from chassis.turns import Turns

VALUE = b"{}"  # there must be one: a record without is a tombstone
HEADERS = [("ce_type", BEAT)]

EVERY = 60 * 60.0  # seconds
LOOK_EVERY = 60.0  # seconds between looks whether a beat is due
DEADLINE = 10.0  # seconds for the beats of all topics

log = logger("chassis.beats")


class Beats:
    """A duty of the elected relay."""

    def __init__(self, topics: Sequence[Topic], *, kafka: str, database: Database) -> None:
        self._topics = topics
        self._kafka = kafka
        self._database = database
        self.run = Turns(self.turn, every=LOOK_EVERY, called="beats").run

    async def turn(self) -> None:
        """Write what beats are due; one that fails is due at the next look."""
        due = await self._due()
        if not due:
            return
        try:
            async with asyncio.timeout(DEADLINE):
                await self._write(due)
        except KafkaError as error:
            log.warning("beats are written later", error=type(error).__name__)
        else:
            await self._note(due)

    async def _write(self, topics: Sequence[Topic]) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self._kafka, acks="all")
        try:
            await start(producer)
            for topic in topics:
                for partition in range(topic.partitions):
                    await producer.send_and_wait(
                        topic.name, VALUE, key=BEAT, headers=HEADERS, partition=partition
                    )
        finally:
            await drop(producer)

    async def _due(self) -> list[Topic]:
        async with self._database.connection() as connection:
            rows = await connection.fetch(
                "select topic from cairn.beats where beaten_at > now() - make_interval(secs => $1)",
                EVERY,
            )
        beaten = {row["topic"] for row in rows}
        return [topic for topic in self._topics if topic.name not in beaten]

    async def _note(self, topics: Sequence[Topic]) -> None:
        async with self._database.connection() as connection:
            await connection.execute(
                """
                insert into cairn.beats (topic, beaten_at) select unnest($1::text[]), now()
                on conflict (topic) do update set beaten_at = excluded.beaten_at
                """,
                [topic.name for topic in topics],
            )
