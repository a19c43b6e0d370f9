"""An HTTP load: so many connections, each with its next request as soon as it has an answer.

Raw, since a client library would need more CPU than the servers that are measured.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from bench import figures

ANSWERED = b"HTTP/1.1 200 "
PATIENCE = 20.0  # seconds for the last answers
LENGTH = b"\r\ncontent-length: "


class Load(msgspec.Struct):
    """What came of it; latencies in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float


class NotAnswered(Exception):  # noqa: N818
    """A server gave something else than an answer with status 200, of which this is the start."""


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A request, ready to be sent."""
    head = {
        "host": "127.0.0.1",
        "content-type": "application/json",
        "content-length": str(len(body)),
        **headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def load(port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Load:
    """Send the requests in turn, over and over."""
    deadline = time.perf_counter() + seconds
    supply = itertools.cycle(requests)
    loop = asyncio.get_running_loop()
    clients = [_Client(supply, deadline) for _ in range(connections)]
    began = time.perf_counter()
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    async with asyncio.timeout(seconds + PATIENCE):
        await asyncio.gather(*(client.done for client in clients))
    took = time.perf_counter() - began
    latencies = [each * 1000 for client in clients for each in client.latencies]
    p50, p99 = (figures.percentile(latencies, percent) for percent in (50, 99))
    return Load(len(latencies), took, p50, p99)


class _Client(asyncio.Protocol):
    """One connection; `done` when the deadline has passed, or with what went wrong."""

    def __init__(self, supply: Iterator[bytes], deadline: float) -> None:
        self.latencies: list[float] = []
        self.done = asyncio.get_running_loop().create_future()
        self._supply = supply
        self._deadline = deadline
        self._transport: Any = None  # uvloop's are no asyncio.Transport
        self._answer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._answer = b""
        self._sent = time.perf_counter()
        self._transport.write(next(self._supply))

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not _is_whole(self._answer):
            return
        now = time.perf_counter()
        self.latencies.append(now - self._sent)
        if not self._answer.startswith(ANSWERED) or b'"errors"' in self._answer:
            self.done.set_exception(NotAnswered(self._answer[:500].decode(errors="replace")))
            self._transport.abort()
        elif now < self._deadline:
            self._send()
        else:
            self.done.set_result(None)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(NotAnswered(f"the connection was lost: {exc}"))


def _is_whole(answer: bytes) -> bool:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return False
    length = head.lower().partition(LENGTH)[2].partition(b"\r\n")[0]
    return len(body) >= int(length)
