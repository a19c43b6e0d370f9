"""Nothing of a client stays behind, and none goes on without knowing that it is half dead."""

import asyncio
import gc
import warnings
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaConsumer

from chassis.kafka_client import running


async def test_a_lost_connection_leaves_the_metadata_task_alive(kafka: str) -> None:
    """Where the event loop raises what aiokafka does not expect, as uvloop does."""

    def lost(_: bytes) -> None:
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>")

    async with running(AIOKafkaConsumer(bootstrap_servers=kafka)) as consumer:
        client = cast("Any", consumer)._client
        assert await client.force_metadata_update()
        [connection] = client._conns.values()
        connection._writer.write = lost
        assert not await asyncio.wait_for(client.force_metadata_update(), 10)
        assert await asyncio.wait_for(client.force_metadata_update(), 10)


@pytest.mark.parametrize("steps", [0, 1, 5, 20, 50])
async def test_who_gives_up_while_a_client_starts_leaves_nothing_open(
    kafka: str, steps: int
) -> None:
    async def open_one() -> None:
        async with running(AIOKafkaConsumer(bootstrap_servers=kafka)):
            await asyncio.Event().wait()

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        opening = asyncio.create_task(open_one())
        for _ in range(steps):
            await asyncio.sleep(0)
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        del opening
        gc.collect()
    assert [str(each.message) for each in told] == []
