"""Clients who send their requests slowly, or without end, do not keep a connection."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from chassis import patience
from chassis.patience import MAX_HEAD, PatientProtocol
from support.waiting import eventually

REQUEST = b"GET / HTTP/1.1\r\nhost: cairn\r\n\r\n"


@contextlib.asynccontextmanager
async def serving(answer: str) -> AsyncGenerator[tuple[int, uvicorn.Server]]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            PlainTextResponse(answer), http=PatientProtocol, log_config=None, lifespan="off"
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        await eventually(lambda: server.started)
        yield listening.getsockname()[1], server
        server.should_exit = True
        await task


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[int]:
    monkeypatch.setattr(patience, "HEAD_TIMEOUT", 0.3)
    async with serving("hello") as (port, _):
        yield port


async def answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    return await reader.readexactly(5)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", REQUEST[:-2]], ids=str)
async def test_who_never_ends_a_head_is_hung_up_on(port: int, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)

    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_a_head_without_end_is_cut_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_TIMEOUT", 60)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST[:-2])
    with contextlib.suppress(ConnectionError):
        for _ in range(2 * MAX_HEAD // 1000):
            writer.write(b"x-padding: " + b"x" * 1000 + b"\r\n")
            await writer.drain()

    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
    writer.close()


async def test_a_connection_is_used_again_and_may_rest_in_between(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        for piece in (REQUEST[:10], REQUEST[10:]):
            writer.write(piece)
            await asyncio.sleep(0.05)
        assert await answer(reader) == b"hello"
        await asyncio.sleep(0.4)  # longer than a head may take
    writer.close()


LONG = "x" * 32 * 1024 * 1024  # more than the system takes from us for somebody who does not read


async def test_who_does_not_read_an_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "READ_TIMEOUT", 0.3)
    async with serving(LONG) as (port, server):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(REQUEST)
        await reader.readexactly(1)
        await eventually(lambda: not server.server_state.connections)
        received = 0
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(30):
                while chunk := await reader.read(1024 * 1024):
                    received += len(chunk)
        writer.close()

    assert received < len(LONG)


async def test_who_reads_a_long_answer_gets_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "READ_TIMEOUT", 30)
    async with serving(LONG) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST)
        async with asyncio.timeout(60):
            await reader.readuntil(b"\r\n\r\n")
            assert len(await reader.readexactly(len(LONG))) == len(LONG)
        writer.close()
