"""Reading a topic again from the log's start, beside the consumer that goes on."""

from collections.abc import Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.consumer import Consumer, Handler
from chassis.database import Connection, Database
from chassis.kafka_client import start
from chassis.positions import Positions
from chassis.topics import Topic

BESIDE = Positions("cairn.rebuilding")


class Rereader(Consumer):
    """A consumer of all of a topic's partitions, in no group, with positions of its own."""

    def __init__(
        self, topic: Topic, *, service: str, kafka: str, database: Database, handler: Handler
    ) -> None:
        super().__init__(
            service=f"{service}.rebuild",
            topic=topic.name,
            kafka=kafka,
            instance="0",
            database=database,
            handler=handler,
            after_commit=lambda: None,
            positions=BESIDE,
        )
        self._partitions = [TopicPartition(topic.name, each) for each in range(topic.partitions)]

    @property
    def has_lost_its_log(self) -> bool:
        """Whether the topic was made anew while it was read."""
        return self._stopped is not None

    def _client(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            client_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
        )

    async def _join(self) -> None:
        await start(self._kafka)
        self._kafka.assign(self._partitions)
        await self.on_partitions_assigned(self._partitions)


async def begin(owner: asyncpg.Connection, topics: Sequence[str]) -> None:
    """Forget where an earlier rebuild stood: this one begins at the log's start."""
    await owner.execute("delete from cairn.rebuilding where topic = any($1)", list(topics))


async def is_past(connection: Connection, ends: dict[tuple[str, int], int]) -> bool:
    """Whether what was read again reaches these offsets, of each topic and partition."""
    reached = {
        (row["topic"], row["partition"]): row["next"]
        for row in await connection.fetch("select topic, partition, next from cairn.rebuilding")
    }
    return all(reached.get(where, 0) >= end for where, end in ends.items())
