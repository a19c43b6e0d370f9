"""The FastStream application that every process is: its lifespan, its routes, its end."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from faststream.asgi import AsgiFastStream
from faststream.kafka import KafkaBroker
from starlette.types import ASGIApp

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


class IdleBroker(KafkaBroker):
    """FastStream's broker, in whose stead our consumers and relay work: it opens no connection.

    So a process starts, and takes commands, while Kafka is away.
    """

    async def start(self) -> None:
        self.running = True


def application(
    kafka: str, *, lifespan: Lifespan, routes: Sequence[tuple[str, ASGIApp]]
) -> AsgiFastStream:
    """What the lifespan opens is there while the routes are served."""
    return AsgiFastStream(IdleBroker(kafka), lifespan=lifespan, asgi_routes=routes, logger=None)
