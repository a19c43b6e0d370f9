"""A TCP proxy that is told how bad to be, and a way to have every client here go through it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

PIECE = 64 * 1024  # bytes
DIAL: Any = asyncio.BaseEventLoop.create_connection


class Proxy:
    """Passes on to a port of this machine. What is set holds for open connections too."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.dialled = 0  # connections that came so far
        self.delay = 0.0  # seconds, for every piece
        self.sliced = False  # every byte travels alone, the first thousand of each piece
        self.refuses = False
        self.silent = asyncio.Event()  # set: nothing is passed on to the server
        self.deaf = asyncio.Event()  # set: nothing is passed on to the client
        self.reset_after: int | None = None  # bytes to the client, then the connection is reset
        self.resets = 0
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.dialled += 1
        if self.refuses:
            writer.transport.abort()
            return
        try:
            server_reader, server_writer = await self._dial()
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, server_writer}
        self._writers |= pair
        pipes = {
            asyncio.create_task(self._pass(reader, server_writer, self.silent, to_client=False)),
            asyncio.create_task(self._pass(server_reader, writer, self.deaf, to_client=True)),
        }
        try:
            await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pipe in pipes:
                pipe.cancel()
            for each in pair:
                each.transport.abort()
            self._writers -= pair

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """(With the loop's own method, which `proxy` puts another in the place of.)"""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await DIAL(loop, lambda: protocol, "127.0.0.1", self.target)
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        held: asyncio.Event,
        *,
        to_client: bool,
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                while held.is_set():
                    await asyncio.sleep(0.01)
                if self.delay:
                    await asyncio.sleep(self.delay)
                if to_client and self.reset_after is not None:
                    self.reset_after -= len(piece)
                    if self.reset_after <= 0:
                        writer.write(piece[: len(piece) // 2])
                        self.reset_after = None
                        self.resets += 1
                        return
                await self._write(writer, piece)

    async def _write(self, writer: asyncio.StreamWriter, piece: bytes) -> None:
        alone = 1000 if self.sliced else 0
        for at in range(min(alone, len(piece))):
            writer.write(piece[at : at + 1])
            await asyncio.sleep(0)  # the transport writes at once what it can
        writer.write(piece[alone:])
        await writer.drain()

    def cut(self) -> None:
        """Reset every connection, and refuse new ones until healed."""
        self.refuses = True
        for writer in self._writers:
            writer.transport.abort()

    def heal(self) -> None:
        self.refuses = self.sliced = False
        self.delay = 0.0
        self.reset_after = None
        self.silent.clear()
        self.deaf.clear()


@asynccontextmanager
async def proxy(target: int, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Proxy]:
    """Whoever in this process dials the target's port from now on reaches the proxy instead.

    So does a client of Kafka, which dials what the broker says of itself.
    """
    made = Proxy(target)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    dial: Any = asyncio.BaseEventLoop.create_connection  # another proxy's, perhaps

    async def dial_proxy(
        loop: Any, protocol: Any, host: Any = None, port: Any = None, **rest: Any
    ) -> Any:
        return await dial(loop, protocol, host, made.port if port == target else port, **rest)

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", dial_proxy)
    try:
        yield made
    finally:
        server.close()
        made.cut()
