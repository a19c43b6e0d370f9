"""What Kafka says of its topics, for operators."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.consumer import AIOKafkaConsumer

from chassis.kafka_client import running
from chassis.topics import SETTINGS

ASKED = (*SETTINGS, "min.insync.replicas")  # of a topic's settings


class Partition(msgspec.Struct, frozen=True, kw_only=True):
    """`first` and `end` are offsets; between them compaction leaves gaps."""

    number: int
    first: int
    end: int
    replicas: int
    in_sync: int


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A topic as it is in the cluster."""

    name: str
    settings: dict[str, str]
    partitions: list[Partition]

    @property
    def replication(self) -> int:
        return min((partition.replicas for partition in self.partitions), default=0)

    @property
    def records(self) -> int:
        """How many there are at most."""
        return sum(partition.end - partition.first for partition in self.partitions)


@asynccontextmanager
async def administering(kafka: str) -> AsyncGenerator[AIOKafkaAdminClient]:
    async with running(
        AIOKafkaAdminClient(bootstrap_servers=kafka, request_timeout_ms=10_000)
    ) as admin:
        yield admin


async def describe_topics(kafka: str, names: Sequence[str] | None = None) -> dict[str, Described]:
    """Those of the names that there are, or every topic but Kafka's own. Raises KafkaError."""
    async with administering(kafka) as admin:
        found = await admin.describe_topics(None if names is None else list(names))
        topics = {
            each["topic"]: each
            for each in found
            if not each["is_internal"] and each["error_code"] == 0
        }
        settings = await _settings(admin, list(topics))
    places = await _places(kafka, topics)
    return {
        name: Described(
            name=name,
            settings=settings.get(name, {}),
            partitions=[
                Partition(
                    number=each["partition"],
                    first=places[name, each["partition"]][0],
                    end=places[name, each["partition"]][1],
                    replicas=len(each["replicas"]),
                    in_sync=len(each["isr"]),
                )
                for each in sorted(topic["partitions"], key=lambda each: each["partition"])
            ],
        )
        for name, topic in topics.items()
    }


async def _settings(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    asked = dict.fromkeys(ASKED)
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, configs=asked) for name in names]
    answers: Any = await admin.describe_configs(resources) if resources else []
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _, _, _, name, entries in answer.resources
    }


async def _places(kafka: str, topics: dict[str, Any]) -> dict[tuple[str, int], tuple[int, int]]:
    """Where each partition begins and ends."""
    partitions = [
        TopicPartition(name, each["partition"])
        for name, topic in topics.items()
        for each in topic["partitions"]
    ]
    async with running(AIOKafkaConsumer(bootstrap_servers=kafka)) as consumer:
        firsts = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
    return {(tp.topic, tp.partition): (firsts[tp], ends[tp]) for tp in partitions}
