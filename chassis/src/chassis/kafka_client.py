"""aiokafka's clients, opened and closed so that nothing of them stays behind.

Whoever makes a client starts it here, which also mends what aiokafka does not expect of uvloop.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError

STARTS_WITHIN = 3.0  # seconds that are waited for a client whose start nobody wants any more
LEAVES_WITHIN = 3.0  # seconds, of its group too
DROPS_WITHIN = 2.0  # seconds

Client = TypeVar("Client", AIOKafkaConsumer, AIOKafkaProducer, AIOKafkaAdminClient)


async def start(client: AIOKafkaConsumer | AIOKafkaProducer | AIOKafkaAdminClient) -> None:
    """Start it. Who gives up meanwhile waits until it has started or failed, and then closes it.

    (aiokafka would forget the connection that it was making, and leave it open.)
    """
    starting = asyncio.ensure_future(client.start())
    try:
        await asyncio.shield(starting)
    finally:
        try:
            await asyncio.wait([starting], timeout=STARTS_WITHIN)
        finally:
            starting.cancel()


@asynccontextmanager
async def running(client: Client) -> AsyncGenerator[Client]:
    """Start the client; in the end it is closed, in order."""
    try:
        await start(client)
        yield client
    finally:
        if isinstance(client, AIOKafkaAdminClient):
            await client.close()
        else:
            await client.stop()


class ClientEnded(Exception):  # noqa: N818
    """A task that a client has in the background has ended: only another client can go on."""


def check_alive(consumer: AIOKafkaConsumer) -> None:
    """Raise ClientEnded where the consumer does nothing any more, which it does not say by itself.

    A group's coordination ends by what aiokafka did not expect: by an answer of a broker that has
    just been started and knows of no broker, not even of itself.
    """
    client: Any = consumer
    tasks = {
        "metadata": client._client._sync_task,
        "fetching": client._fetcher._fetch_task,
        "coordination": getattr(client._coordinator, "_coordination_task", None),
    }
    for name, task in tasks.items():
        if task is not None and task.done():
            error = None if task.cancelled() else task.exception()
            raise ClientEnded(f"its {name} ended: {type(error).__name__}") from error


async def leave(consumer: AIOKafkaConsumer) -> None:
    """Stop it; whatever its group still waits for, its connections are closed in the end."""
    try:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(LEAVES_WITHIN):
                await consumer.stop()
    finally:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(DROPS_WITHIN):
                await consumer._client.close()  # pyright: ignore


async def drop(producer: AIOKafkaProducer) -> None:
    """Close without flushing: what is unsent may be old by the time it would be written.

    (aiokafka's own `stop` flushes, and waits for as long as the broker is away.)
    """
    producer._closed = True  # pyright: ignore
    with contextlib.suppress(Exception):
        async with asyncio.timeout(DROPS_WITHIN):
            if producer._sender is not None:  # pyright: ignore
                await producer._sender.close()  # pyright: ignore
    with contextlib.suppress(Exception):
        async with asyncio.timeout(DROPS_WITHIN):
            await producer.client.close()


_send = AIOKafkaConnection.send


def _send_or_close(self: AIOKafkaConnection, *arguments: Any, **options: Any) -> Any:
    """Send; where the connection has just been lost, close it, as aiokafka does on an OSError.

    uvloop raises a RuntimeError instead. aiokafka's background tasks end by it, for good and in
    silence: no metadata is fetched any more (https://github.com/aio-libs/aiokafka/issues/1038).
    """
    try:
        return _send(self, *arguments, **options)
    except RuntimeError as error:
        self.close(reason=CloseReason.CONNECTION_BROKEN, exc=error)
        raise KafkaConnectionError(f"Connection to {self.host}:{self.port} was lost") from error


AIOKafkaConnection.send = _send_or_close
