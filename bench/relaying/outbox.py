"""The rows that wait to be published, and the log that they come to."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.consumers.stage import ORGANISATION, PATIENCE, TOPIC, ended_pairing
from chassis import outbox
from chassis.database import prepare_connection
from chassis.outbox import Lane, Waiting
from chassis.relay import CHANNEL

AT_ONCE = 500  # rows in a statement
LOOK_EVERY = 0.01  # seconds between looks at the log's end


class Outbox:
    """A service's outbox, written as its commands do."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def open(cls, dsn: str) -> AsyncGenerator["Outbox"]:
        connection = await asyncpg.connect(dsn)
        await prepare_connection(connection)
        try:
            yield cls(connection)
        finally:
            await connection.close()

    @asynccontextmanager
    async def filled(self, count: int) -> AsyncGenerator[None]:
        """So many rows; they are committed, and the relay is told, when the block ends."""
        async with self._connection.transaction():
            for left in range(count, 0, -AT_ONCE):
                await outbox.put(
                    self._connection,
                    ORGANISATION,
                    [_waiting() for _ in range(min(AT_ONCE, left))],
                    Lane.INTERACTIVE,
                )
            yield
            await self._connection.execute("select pg_notify($1, '')", CHANNEL)

    async def until_empty(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self._connection.fetchval("select exists (select from cairn.outbox)"):
                await asyncio.sleep(LOOK_EVERY)

    async def until_captured(self) -> None:
        """Until somebody follows the database's log of changes."""
        async with asyncio.timeout(PATIENCE):
            while not await self._connection.fetchval(
                "select exists (select from pg_replication_slots where active)"
            ):
                await asyncio.sleep(LOOK_EVERY)

    async def clear(self) -> None:
        """Delete what is left: Debezium leaves it all."""
        await self._connection.execute("truncate cairn.outbox")


def _waiting() -> Waiting:
    record = ended_pairing()
    headers = {name: value.decode() for name, value in record.headers if value is not None}
    return Waiting(
        topic=TOPIC.name,
        key=UUID(record.key.decode()),
        headers=headers,
        body=record.value,
    )


class Log:
    """The topic's log, of which only the end is looked at."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._partitions = [TopicPartition(TOPIC.name, n) for n in range(TOPIC.partitions)]

    @classmethod
    @asynccontextmanager
    async def open(cls, kafka: str) -> AsyncGenerator["Log"]:
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
        await consumer.start()
        try:
            yield cls(consumer)
        finally:
            await consumer.stop()

    async def end(self) -> int:
        """How many records were ever written."""
        return sum((await self._consumer.end_offsets(self._partitions)).values())

    async def until(self, end: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.end() < end:
                await asyncio.sleep(LOOK_EVERY)
