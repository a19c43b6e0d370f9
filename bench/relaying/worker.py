"""The process that is measured: `python -m bench.relaying.worker relay DSN KAFKA`, or `limit`.

The relay publishes what is in the outbox until it is told to end. The limit has its records ready
and sends so many as it is told by a line of standard input.
"""

import asyncio
import sys

import uvloop
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner

from bench.consumers.stage import TOPIC, Record, ended_pairing
from chassis.relay import INTERACTIVE_BATCH, Relay
from chassis.serving import collect_garbage_seldom

SIZE = 1024 * 1024  # bytes that a batch may have


async def relay(dsn: str, kafka: str) -> None:
    await Relay(dsn=dsn, kafka=kafka, service="bench").run()


async def limit(_: str, kafka: str) -> None:
    """What aiokafka can do where nobody reads a database, nor asks which partition it is."""
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka,
        enable_idempotence=True,
        acks="all",
        compression_type="lz4",
        max_batch_size=SIZE,
    )
    await producer.start()
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            batches = _by_partition([ended_pairing() for _ in range(int(line))])
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            for batch in batches:
                await _send(producer, batch)
    finally:
        await producer.stop()


def _by_partition(records: list[Record]) -> list[dict[int, list[Record]]]:
    partitions = list(range(TOPIC.partitions))
    batches: list[dict[int, list[Record]]] = []
    for start in range(0, len(records), INTERACTIVE_BATCH):
        batches.append({})
        for record in records[start : start + INTERACTIVE_BATCH]:
            partition = DefaultPartitioner()(record.key, partitions, partitions)
            batches[-1].setdefault(partition, []).append(record)
    return batches


async def _send(producer: AIOKafkaProducer, batch: dict[int, list[Record]]) -> None:
    sent: list[asyncio.Future[object]] = []
    for partition, records in batch.items():
        builder = producer.create_batch()
        for each in records:
            builder.append(timestamp=None, key=each.key, value=each.value, headers=each.headers)
        sent.append(await producer.send_batch(builder, TOPIC.name, partition=partition))
    await asyncio.gather(*sent)


if __name__ == "__main__":
    collect_garbage_seldom()
    uvloop.run({"relay": relay, "limit": limit}[sys.argv[1]](*sys.argv[2:]))
