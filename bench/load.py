"""HTTP as raw as can be: a client library would need more CPU than what is measured."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec

from bench import figures

HOST = "127.0.0.1"
ANSWERED = b"HTTP/1.1 200 "
LENGTH = b"\r\ncontent-length: "
PATIENCE = 20.0  # seconds for an answer


class NotAnswered(Exception):  # noqa: N818
    """A server gave something else than an answer with status 200, of which this is the start."""


class Load(msgspec.Struct):
    """What came of a load; latencies in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float


def post(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """A request, ready to be sent."""
    head = {
        "host": HOST,
        "content-type": "application/json",
        "content-length": str(len(body)),
        **headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class Client(asyncio.Protocol):
    """One connection, for one request after the other."""

    def __init__(self) -> None:
        self._transport: Any = None  # uvloop's are no asyncio.Transport
        self._answer = b""
        self._whole: asyncio.Future[bytes] | None = None

    @classmethod
    @asynccontextmanager
    async def connected(cls, port: int) -> AsyncGenerator["Client"]:
        loop = asyncio.get_running_loop()
        transport, client = await loop.create_connection(cls, HOST, port)
        try:
            yield client
        finally:
            transport.close()

    async def ask(self, request: bytes) -> bytes:
        """The answer's body. Raises NotAnswered."""
        self._answer = b""
        self._whole = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._whole

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, separator, body = self._answer.partition(b"\r\n\r\n")
        length = head.lower().partition(LENGTH)[2].partition(b"\r\n")[0]
        if not separator or len(body) < int(length) or self._whole is None:
            return
        if head.startswith(ANSWERED):
            self._whole.set_result(body)
        else:
            self._whole.set_exception(NotAnswered(self._answer[:500].decode(errors="replace")))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._whole is not None and not self._whole.done():
            self._whole.set_exception(NotAnswered(f"the connection was lost: {exc}"))


async def load(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Load:
    """So many connections, each with the next request as soon as it has an answer."""
    supply = itertools.cycle(requests)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(Client.connected(port)) for _ in range(connections)
        ]
        began = time.perf_counter()
        async with asyncio.timeout(seconds + PATIENCE):
            latencies = await asyncio.gather(
                *(_ask_until(began + seconds, client, supply) for client in clients)
            )
        took = time.perf_counter() - began
    every = [latency for one in latencies for latency in one]
    return Load(len(every), took, figures.percentile(every, 50), figures.percentile(every, 99))


async def _ask_until(deadline: float, client: Client, supply: Iterator[bytes]) -> list[float]:
    """The latency of each request, in milliseconds."""
    latencies: list[float] = []
    while (sent := time.perf_counter()) < deadline:
        answer = await client.ask(next(supply))
        latencies.append((time.perf_counter() - sent) * 1000)
        if b'"errors"' in answer:
            raise NotAnswered(answer[:500].decode(errors="replace"))
    return latencies
