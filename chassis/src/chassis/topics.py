"""Topics: made by an explicit step, with their settings; never on first use."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.consumer import AIOKafkaConsumer
from aiokafka.errors import TopicAlreadyExistsError, for_code

from chassis.kafka_client import running

KNOWN_WITHIN = 15.0  # seconds from a topic's making until the cluster speaks of it
HOUR = 60 * 60 * 1000  # milliseconds

SETTINGS = {
    "cleanup.policy": "compact",
    "segment.ms": str(6 * HOUR),
    "min.compaction.lag.ms": str(24 * HOUR),
    "max.compaction.lag.ms": str(48 * HOUR),
    "min.cleanable.dirty.ratio": "0.01",
    "delete.retention.ms": str(30 * 24 * HOUR),
    "max.message.bytes": str(1024 * 1024),
}


class Topic(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def partitions(self) -> int: ...


class WrongPartitions(Exception):  # noqa: N818
    """A topic has another number of partitions than it was declared with."""


async def ensure_topics(kafka: str, topics: Iterable[Topic], *, replication: int = 1) -> None:
    """Make the topics that are missing; refuse one that has another number of partitions."""
    wanted = {topic.name: topic for topic in topics}
    async with running(AIOKafkaAdminClient(bootstrap_servers=kafka)) as admin:
        response = await admin.create_topics(
            [
                NewTopic(topic.name, topic.partitions, replication, topic_configs=SETTINGS)
                for topic in wanted.values()
            ]
        )
        errors = response.topic_errors  # pyright: ignore[reportAttributeAccessIssue]
        for name, code, *_ in errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise for_code(code)(f"could not make the topic {name}")
        for name, partitions in (await _described(admin, list(wanted))).items():
            if partitions != wanted[name].partitions:
                raise WrongPartitions(
                    f"The topic {name} has {partitions} partitions, not"
                    f" {wanted[name].partitions}: that number never changes, since order and"
                    " compaction are per partition. Restore the topic, or make a new one."
                )


async def _described(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """The number of partitions of each topic, once the cluster knows them all."""
    async with asyncio.timeout(KNOWN_WITHIN):
        while True:
            topics = await admin.describe_topics(names)
            if all(topic["error_code"] == 0 for topic in topics):
                return {topic["topic"]: len(topic["partitions"]) for topic in topics}
            await asyncio.sleep(0.05)


async def ends(kafka: str, topics: Iterable[Topic]) -> dict[tuple[str, int], int]:
    """The offset after the last record of every partition."""
    async with _asking(kafka, topics) as (consumer, partitions):
        return _plain(await consumer.end_offsets(partitions))


async def starts(kafka: str, topics: Iterable[Topic]) -> dict[tuple[str, int], int]:
    """The offset from which on every partition has records."""
    async with _asking(kafka, topics) as (consumer, partitions):
        return _plain(await consumer.beginning_offsets(partitions))


async def offsets_at(kafka: str, topic: Topic, moment: datetime) -> dict[int, int]:
    """Of each partition the offset of the first record since a moment, or its end."""
    milliseconds = int(moment.timestamp() * 1000)
    async with _asking(kafka, [topic]) as (consumer, partitions):
        ends = await consumer.end_offsets(partitions)
        found = await consumer.offsets_for_times(dict.fromkeys(partitions, milliseconds))
    return {
        partition.partition: ends[partition] if at is None else at.offset
        for partition, at in found.items()
    }


async def missing(kafka: str, topics: Iterable[Topic]) -> list[str]:
    """The topics that Kafka does not have."""
    async with _asking(kafka, ()) as (consumer, _):
        known = await consumer.topics()
    return [topic.name for topic in topics if topic.name not in known]


@asynccontextmanager
async def _asking(
    kafka: str, topics: Iterable[Topic]
) -> AsyncGenerator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
    async with running(AIOKafkaConsumer(bootstrap_servers=kafka)) as consumer:
        partitions = [
            TopicPartition(topic.name, number)
            for topic in topics
            for number in range(topic.partitions)
        ]
        consumer.assign(partitions)  # so that the cluster is asked for all topics at once
        yield consumer, partitions


def _plain(offsets: dict[TopicPartition, int]) -> dict[tuple[str, int], int]:
    return {(tp.topic, tp.partition): offset for tp, offset in offsets.items()}
