"""The limit: fetch, decode, COPY into a plain table; no versions, no tenants, no position.

`python -m bench.projecting.limit DSN KAFKA` says "ready", is told by a line of JSON what to copy,
and says "done".
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import uvloop
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from chassis.consumer import MAX_RECORDS
from chassis.database import prepare_connection
from chassis.serving import collect_garbage_seldom
from contracts.catalogue import topics_heard_by

Rows = list[tuple[UUID, UUID, int, bytes]]

TABLE = """
    create unlogged table if not exists copied (
        organisation_id uuid not null,
        id uuid not null,
        version bigint not null,
        body jsonb not null
    )
"""


class Order(msgspec.Struct):
    """What to copy: so many records, from these offsets on."""

    count: int
    starts: list[tuple[str, int, int]]  # topic, partition, offset


async def copy(dsn: str, kafka: str) -> None:
    decoders = {each.name: msgspec.json.Decoder(each.body) for each in topics_heard_by("gateway")}
    database = await asyncpg.connect(dsn, server_settings={"synchronous_commit": "off"})
    await prepare_connection(database)
    await database.execute(TABLE)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        print("ready", flush=True)
        order = msgspec.json.decode(await asyncio.to_thread(sys.stdin.readline), type=Order)
        consumer.assign([TopicPartition(topic, partition) for topic, partition, _ in order.starts])
        for topic, partition, offset in order.starts:
            consumer.seek(TopicPartition(topic, partition), offset)
        left = order.count
        while left:
            batches = await consumer.getmany(timeout_ms=500, max_records=MAX_RECORDS)
            for partition, records in batches.items():
                rows = _rows(records, decoders[partition.topic])
                await database.copy_records_to_table("copied", records=rows)
                left -= len(rows)
        print("done", flush=True)
        await asyncio.to_thread(sys.stdin.readline)  # we are measured until we are told to end
    finally:
        await consumer.stop()
        await database.close()


def _rows(records: Sequence[ConsumerRecord[Any, Any]], decoder: msgspec.json.Decoder[Any]) -> Rows:
    """The body is decoded, as whoever cares what it says must; its JSON is copied as it came."""
    rows: Rows = []
    for record in records:
        assert record.value is not None  # there are no tombstones
        state = decoder.decode(record.value)
        rows.append((state.organisation_id, state.id, record.offset, record.value))
    return rows


if __name__ == "__main__":
    collect_garbage_seldom()
    uvloop.run(copy(*sys.argv[1:]))
