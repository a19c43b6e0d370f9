"""Filling the log quickly: batches of a partition each, built here, sent whole.

`python -m bench.rebuilding.log <kafka> <events>` does it; the topics must be there.
"""

import asyncio
import sys
from collections import defaultdict
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaProducer

from bench.rebuilding.history import events
from chassis.ids import new_id

IN_FLIGHT = 24  # batches


async def fill(kafka: str, count: int, organisation_id: UUID) -> None:
    """Write a history of so many events; of each partition in order."""
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_batch_size=256 * 1024
    )
    await producer.start()
    try:
        building: dict[tuple[str, int], Any] = {}
        sending: dict[tuple[str, int], asyncio.Future[Any]] = {}
        counted: defaultdict[tuple[str, int], int] = defaultdict(int)

        async def send(where: tuple[str, int]) -> None:
            batch = building.pop(where)
            if where in sending:
                await sending.pop(where)
            if len(sending) >= IN_FLIGHT:
                await asyncio.wait(sending.values(), return_when=asyncio.FIRST_COMPLETED)
            sending[where] = await producer.send_batch(batch, where[0], partition=where[1])

        for topic, record in events(count, organisation_id):
            assert record.partition is not None
            where = (topic, record.partition)
            while True:
                batch = building.setdefault(where, None) or producer.create_batch()
                building[where] = batch
                appended = batch.append(
                    key=record.key, value=record.value, headers=record.headers, timestamp=None
                )
                if appended is not None:
                    break
                await send(where)
            counted[where] += 1
        for where in list(building):
            await send(where)
        await asyncio.gather(*sending.values())
    finally:
        await producer.stop()


if __name__ == "__main__":
    asyncio.run(fill(sys.argv[1], int(sys.argv[2]), new_id()))
