"""Many who follow something and do nothing else, in a process of their own.

`python -m bench.followers PORT EACH` reads a token a line from its input, up to an empty one, and
opens EACH sockets with each token. It says "open" when all are answered, and keeps them until it is
ended.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

HOME = """
subscription { home { aspiration nextSession { topic startsAt }
    goals(first: 3) { edges { node { title progress } } } unreadNotificationCount } }
"""
AT_ONCE = 8  # that are being opened


@asynccontextmanager
async def follower(port: int, token: str) -> AsyncGenerator[ClientConnection]:
    """A socket on which the caller's home is followed, and was told once."""
    async with connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        compression=None,
        ping_interval=None,  # the gateway pings
        open_timeout=60,
        proxy=None,
    ) as socket:
        payload = {"authorization": f"Bearer {token}"}
        for message in (
            {"type": "connection_init", "payload": payload},
            {"type": "subscribe", "id": "1", "payload": {"query": HOME}},
        ):
            await socket.send(msgspec.json.encode(message).decode())
            await socket.recv()
        yield socket


async def main(port: str, each: str) -> None:
    tokens = list(iter(sys.stdin.readline, "\n"))
    at_once = asyncio.Semaphore(AT_ONCE)
    async with AsyncExitStack() as stack:

        async def follow(token: str) -> None:
            async with at_once:
                await stack.enter_async_context(follower(int(port), token.strip()))

        await asyncio.gather(*(follow(token) for token in tokens for _ in range(int(each))))
        print("open", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
