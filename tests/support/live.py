"""A client of graphql-transport-ws that is plain enough to be wrong on purpose."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from chassis.serving import configured
from gateway.live import LiveEndpoint, Shared
from support.services import served

SUBPROTOCOL = "graphql-transport-ws"
PATIENCE = 120.0  # seconds

JSON = dict[str, Any]


class LiveClient:
    """A socket of one person."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._ids = 0
        self._waiting: list[JSON] = []  # received, and not asked for yet

    async def say(self, type_: str, **members: Any) -> None:
        await self.send({"type": type_, **members})

    async def send(self, message: Any) -> None:
        """Texts and bytes as they are, all else as JSON."""
        if not isinstance(message, str | bytes):
            message = msgspec.json.encode(message).decode()
        await self.socket.send(message)

    async def hear(self) -> JSON:
        """The next message."""
        if self._waiting:
            return self._waiting.pop(0)
        async with asyncio.timeout(PATIENCE):
            return msgspec.json.decode(await self.socket.recv())

    async def sign_in(self, token: str) -> None:
        await self.say("connection_init", payload={"authorization": f"Bearer {token}"})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, query: str, **variables: Any) -> str:
        """Ask for an operation; gives its id."""
        self._ids += 1
        id_ = str(self._ids)
        await self.say("subscribe", id=id_, payload={"query": query, "variables": variables})
        return id_

    async def told(self, id_: str) -> JSON:
        """The data of the next answer to an operation; what others get meanwhile is kept."""
        passed: list[JSON] = []
        while True:
            message = await self.hear()
            if message.get("id") == id_:
                self._waiting = passed + self._waiting
                assert message["type"] == "next", message
                assert "errors" not in message["payload"], message
                return message["payload"]["data"]
            passed.append(message)

    async def told_at_last(self, id_: str, wanted: Callable[[JSON], bool]) -> None:
        """Until an operation is answered so, whatever it is answered before."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(await self.told(id_)):
                pass

    async def error(self, id_: str) -> str:
        """The code of the error that an operation meets."""
        message = await self.hear()
        assert (message["type"], message["id"]) == ("error", id_), message
        [error] = message["payload"]
        return error["extensions"]["code"]

    async def ending(self) -> tuple[int, str]:
        """The code and reason with which the other side closes."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.socket.recv()
        assert self.socket.close_code is not None
        return self.socket.close_code, self.socket.close_reason or ""


@asynccontextmanager
async def serving(shared: Shared) -> AsyncGenerator[str]:
    """The address of the endpoint, served as in earnest."""
    endpoint = LiveEndpoint(shared, {"https://app.example"})
    config = configured(endpoint, host="127.0.0.1", port=0, sockets=True)
    config.lifespan = "off"
    config.timeout_graceful_shutdown = 1
    async with served(endpoint, config) as address:
        yield f"{address}/graphql"


@asynccontextmanager
async def opened(
    address: str,
    token: str | None = None,
    *,
    subprotocol: str | None = SUBPROTOCOL,
    origin: str | None = None,
) -> AsyncGenerator[LiveClient]:
    """A socket to the API at an http address, signed in where there is a token."""
    async with connect(
        address.replace("http", "ws", 1),
        subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
        origin=Origin(origin) if origin else None,
        proxy=None,
    ) as socket:
        client = LiveClient(socket)
        if token is not None:
            await client.sign_in(token)
        yield client
