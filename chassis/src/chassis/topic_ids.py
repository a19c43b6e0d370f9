"""What a log is known by: the ids of its cluster and its topic (KIP-516); made anew, it has others.

aiokafka does not ask for topic ids, so this is version 12 of Kafka's Metadata request, which every
broker since 2.8 answers (https://kafka.apache.org/protocol). Asking never makes a topic.
"""

from io import BytesIO
from typing import NamedTuple
from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
    UnsignedVarInt32,
)

NAME, TAGS = CompactString("utf-8"), ("tags", TaggedFields)


class LogId(NamedTuple):
    cluster: str
    topic: UUID


class Uuid(AbstractType[UUID]):
    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))


class Answer(Response):
    """As far as we read it: the first topic's id, of the one topic that was asked for."""

    API_KEY = 3  # pyright: ignore
    API_VERSION = 12  # pyright: ignore
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(("id", Int32), ("host", NAME), ("port", Int32), ("rack", NAME), TAGS),
        ),
        ("cluster_id", NAME),
        ("controller_id", Int32),
        ("topics", UnsignedVarInt32),  # how many, and one
        ("error_code", Int16),
        ("name", NAME),
        ("topic_id", Uuid),
    )


class Question(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 12
    RESPONSE_TYPE = Answer
    SCHEMA = Schema(
        ("topics", CompactArray(("id", Uuid), ("name", NAME), TAGS)),
        ("make_it", Boolean),
        ("with_operations", Boolean),
        TAGS,
    )


class Ask(Request[Question]):
    API_KEY = 3

    def __init__(self, topic: str) -> None:
        self._topic = topic

    def build(self, request_struct_class: type[Question]) -> Question:
        return request_struct_class([(UUID(int=0), self._topic, {})], False, False, {})


async def log_id(client: AIOKafkaClient, topic: str) -> LogId:
    """Ask one broker. Raises UnknownTopicOrPartitionError where there is no such topic."""
    answer = await client.send(client.get_random_node(), Ask(topic))
    if answer.error_code:
        raise for_code(answer.error_code)(topic)
    return LogId(answer.cluster_id, answer.topic_id)
