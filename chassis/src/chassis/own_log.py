"""An owner reads the log of its own topics, and compares it with its database.

The database decides what an aggregate's newest version is: events are published after their commit.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from chassis.aggregates import Aggregates
from chassis.database import Connection
from chassis.envelope import Malformed
from chassis.events import Record, read_event
from chassis.kafka_client import running
from chassis.topics import Topic

SILENCE = 60.0  # seconds without a record, before the log's end, after which Kafka counts as away

Records = Sequence[Record]


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """What a record's headers say of an aggregate."""

    organisation_id: UUID
    id: UUID
    version: int
    record: Record


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A record that does not have the version that the database has."""

    logged: Logged
    owned: int  # the database's version, its grave's where it was erased; 0: it knows of none


@asynccontextmanager
async def opened(
    kafka: str, topics: Iterable[Topic], *, client_id: str
) -> AsyncGenerator[AIOKafkaConsumer]:
    """A consumer of all the topics' partitions, in no group, at their beginnings."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka,
        client_id=client_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=500,
        max_partition_fetch_bytes=256 * 1024,
    )
    async with running(consumer):
        consumer.assign(partitions_of(topics))
        yield consumer


def partitions_of(topics: Iterable[Topic]) -> list[TopicPartition]:
    return [
        TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)
    ]


async def records_until(
    consumer: AIOKafkaConsumer, partition: TopicPartition, end: int
) -> AsyncGenerator[Records]:
    """Read on in a partition up to an offset, or somewhat past it.

    Raises KafkaTimeoutError where nothing comes.
    """
    while True:
        try:
            async with asyncio.timeout(SILENCE):
                records = await _next_before(consumer, partition, end)
        except TimeoutError:
            raise KafkaTimeoutError(
                f"nothing of {partition.topic}, partition {partition.partition}, came for"
                f" {SILENCE:.0f} s"
            ) from None
        if not records:
            return
        yield records


async def _next_before(consumer: AIOKafkaConsumer, partition: TopicPartition, end: int) -> Records:
    """Some records; none where the offset is reached."""
    while await consumer.position(partition) < end:
        batches = await consumer.getmany(partition, timeout_ms=500)
        if records := batches.get(partition):
            return records
    return ()


def logged(record: Record) -> Logged | None:
    """What the record says, or None where it cannot be of ours."""
    headers = dict(record.headers)
    try:
        said = Logged(
            organisation_id=UUID((headers["ce_organisation"] or b"").decode("ascii")),
            id=UUID((record.key or b"").decode("ascii")),
            version=int(headers["ce_version"] or b""),
            record=record,
        )
    except (KeyError, ValueError):
        return None
    return said if 0 < said.version < 2**63 else None


def newest_of(records: Iterable[Record]) -> dict[UUID, Logged]:
    """Of each key the record that a reader has kept: the first of its highest version."""
    newest: dict[UUID, Logged] = {}
    for record in records:
        said = logged(record)
        if said and (said.id not in newest or newest[said.id].version < said.version):
            newest[said.id] = said
    return newest


def last_of(records: Iterable[Record]) -> dict[UUID, Logged]:
    """Of each key the record that compaction would keep."""
    return {said.id: said for record in records if (said := logged(record))}


def last_and_newest_of(records: Iterable[Record]) -> list[Logged]:
    """Of each key the last record, and the newest too where that is another."""
    last: dict[UUID, Logged] = {}
    newest: dict[UUID, Logged] = {}
    for said in filter(None, map(logged, records)):
        last[said.id] = said
        if said.id not in newest or newest[said.id].version < said.version:
            newest[said.id] = said
    return [*last.values(), *(each for each in newest.values() if each is not last[each.id])]


async def compare(
    pipe: Connection, aggregates: Aggregates[Any], found: Collection[Logged]
) -> list[Difference]:
    """Which records have another version than the database, if no event of theirs waits there.

    What no reader could take for an event counts for nothing.
    """
    seen = list(found)
    rows = await pipe.fetch(
        f"""
        select place, owned from (
            select seen.*, greatest(coalesce(kept.version, 0), coalesce(grave.version, 0)) as owned
            from unnest($2::uuid[], $3::uuid[], $4::bigint[])
                with ordinality as seen (organisation_id, id, version, place)
            left join {aggregates.table} as kept
                on kept.organisation_id = seen.organisation_id and kept.id = seen.id
            left join cairn.graves as grave
                on grave.organisation_id = seen.organisation_id and grave.subject = seen.id
                and grave.topic = $1
        ) as compared
        where version > owned or version < owned
            and not exists (select from cairn.outbox where topic = $1 and key = id)
        """,  # noqa: S608
        aggregates.topic,
        [each.organisation_id for each in seen],
        [each.id for each in seen],
        [each.version for each in seen],
    )
    differences = [Difference(logged=seen[row["place"] - 1], owned=row["owned"]) for row in rows]
    return [
        each
        for each in differences
        if each.logged.version < each.owned or _is_event(aggregates, each.logged.record)
    ]


def _is_event(aggregates: Aggregates[Any], record: Record) -> bool:
    try:
        read_event(record, aggregates.read)
    except Malformed:
        return False
    return True
