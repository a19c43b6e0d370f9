"""The FastStream application that every process is: its lifespan, its routes, its end."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from faststream.asgi import AsgiFastStream
from faststream.kafka import KafkaBroker
from starlette.types import ASGIApp, Receive, Scope, Send

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


class IdleBroker(KafkaBroker):
    """FastStream's broker, in whose stead our consumers and relay work: it opens no connection.

    So a process starts, and takes commands, while Kafka is away.
    """

    async def start(self) -> None:
        self.running = True


class Application(AsgiFastStream):
    """FastStream's, which knows no WebSockets."""

    sockets: Mapping[str, ASGIApp] = {}  # by path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] in self.sockets:
            await self.sockets[scope["path"]](scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def application(
    kafka: str,
    *,
    lifespan: Lifespan,
    routes: Sequence[tuple[str, ASGIApp]],
    sockets: Mapping[str, ASGIApp] | None = None,
) -> AsgiFastStream:
    """What the lifespan opens is there while the routes, and WebSockets by path, are served."""
    app = Application(IdleBroker(kafka), lifespan=lifespan, asgi_routes=routes, logger=None)
    app.sockets = sockets or {}
    return app
