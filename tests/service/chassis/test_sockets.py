"""Clients of WebSockets who read nothing, say nothing or say too much are cut off."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect

from chassis import metrics, patience, sockets
from chassis.serving import configured
from chassis.sockets import LARGEST_MESSAGE, MOST_FRAMES, PatientSocket
from support.services import served
from support.waiting import eventually

PING = bytes([0x89, 0x80, 1, 2, 3, 4])  # empty, masked
EMPTY_FRAGMENT = bytes([0x00, 0x80, 1, 2, 3, 4])
HEAD = (
    b"GET / HTTP/1.1\r\nhost: cairn\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends back what comes, a thousand times where it says so."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        for _ in range(1000 if event["text"] == "much" else 1):
            await send({"type": "websocket.send", "text": event["text"] * 1000})


@pytest.fixture
async def address() -> AsyncGenerator[str]:
    config = configured(echo, host="127.0.0.1", port=0, sockets=True)
    config.lifespan = "off"
    config.timeout_graceful_shutdown = 1
    async with served(echo, config) as address:
        yield address


Raw = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def raw(address: str) -> AsyncGenerator[Raw]:
    """A connection on which the handshake was done, and that answers nothing by itself."""
    reader, writer = await asyncio.open_connection(*address.removeprefix("http://").split(":"))
    writer.write(HEAD)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    yield reader, writer
    writer.close()


def cut_off(reason: str) -> Callable[[], bool]:
    """Whether somebody was cut off for that reason since."""
    counter = metrics.SOCKETS_CUT_OFF.labels(reason)
    before = counter._value.get()  # pyright: ignore
    return lambda: counter._value.get() > before  # pyright: ignore


async def test_who_keeps_within_the_bounds_is_served(address: str) -> None:
    async with connect(address.replace("http", "ws"), proxy=None) as socket:
        for text in ("hello", "x" * 60):
            await socket.send(text)
            assert await socket.recv() == text * 1000
        await (await socket.ping())


async def test_messages_of_several_fragments_and_sizes_arrive(address: str) -> None:
    """In pieces too that are larger than what is looked at in one go."""
    async with connect(address.replace("http", "ws"), proxy=None) as socket:
        await socket.send(["o", "n", "", "e"])
        assert await socket.recv() == "one" * 1000
        for size in (1, 125, 126, 1000):
            for _ in range(20):
                await socket.send("x" * size)
        for size in (1, 125, 126, 1000):
            for _ in range(20):
                assert len(await socket.recv()) == size * 1000


async def test_a_message_beyond_the_bound_ends_the_socket(address: str) -> None:
    async with connect(address.replace("http", "ws"), proxy=None, max_size=None) as socket:
        await socket.send("x" * LARGEST_MESSAGE)
        assert len(await socket.recv()) == 1000 * LARGEST_MESSAGE
        await socket.send("x" * (LARGEST_MESSAGE + 1))
        await socket.wait_closed()
        assert socket.close_code == 1009


async def test_who_never_reads_is_cut_off(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "READ_WITHIN", 0.3)
    cut = cut_off("unread")
    async with raw(address) as (_, writer):
        writer.write(20 * (bytes([0x81, 0x84, 0, 0, 0, 0]) + b"much"))
        await eventually(cut)


async def test_who_answers_no_ping_is_cut_off() -> None:
    cut = cut_off("silent")
    config = configured(echo, host="127.0.0.1", port=0, sockets=True)
    config.lifespan, config.ws_ping_interval, config.ws_ping_timeout = "off", 0.1, 0.2
    async with served(echo, config) as other, raw(other):
        await eventually(cut)


@pytest.mark.parametrize("frame", [PING, EMPTY_FRAGMENT], ids=["pings", "fragments"])
async def test_who_floods_is_cut_off(address: str, frame: bytes) -> None:
    cut = cut_off("flood")
    async with raw(address) as (_, writer):
        if frame is EMPTY_FRAGMENT:
            writer.write(bytes([0x01, 0x80, 1, 2, 3, 4]))  # where the message begins
        writer.write(frame * 40_000)
        await eventually(cut)


async def test_pings_in_moderation_are_answered(address: str) -> None:
    async with raw(address) as (reader, writer):
        writer.write(PING * (MOST_FRAMES // 2))
        assert await reader.readexactly(2 * (MOST_FRAMES // 2)) == b"\x8a\x00" * (MOST_FRAMES // 2)


async def test_sockets_are_not_counted_among_requests(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MOST_REQUESTS", 3)
    host, port = address.removeprefix("http://").split(":")
    open_sockets = [raw(address) for _ in range(5)]
    for each in open_sockets:
        await each.__aenter__()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET / HTTP/1.1\r\nhost: cairn\r\n\r\n")
    assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 204")
    writer.close()
    for each in open_sockets:
        await each.__aexit__(None, None, None)
    await eventually(lambda: PatientSocket.count == 0)
