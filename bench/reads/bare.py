"""The limit: the gateway's statements, merged alike, behind HTTP and nothing else.

Nothing is read but the statement's parameters; nobody is verified, limited, counted or traced.
Tenant and viewer are among the parameters, so that the statements see what the gateway's do.
"""

import asyncio
import os
from collections import deque
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import uvicorn
from starlette.types import Receive, Scope, Send

from chassis.database import Connection, Database
from chassis.serving import collect_garbage_seldom, configured
from gateway.app import CONNECTIONS
from gateway.merging import ABREAST, MOST
from gateway.planner import CONNECTION_SETTINGS

HEADERS = [(b"content-type", b"application/json; charset=utf-8")]


class Asked(msgspec.Struct, array_like=True):
    organisation: UUID
    row: list[Any]


class Statements(msgspec.Struct):
    """An operation's: for one request, and for several."""

    alone: str
    shared: str


class Operation:
    """At most ABREAST statements at once; what comes meanwhile shares the next."""

    def __init__(self, database: Database, statements: Statements) -> None:
        self._database = database
        self._statements = statements
        self._waiting: deque[tuple[Asked, asyncio.Future[bytes]]] = deque()
        self._at_work = 0  # connections
        self._tasks = set[asyncio.Task[None]]()

    async def run(self, asked: Asked) -> bytes:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._at_work < ABREAST:
            self._at_work += 1
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _work(self) -> None:
        async with self._database.connection() as connection:
            while self._waiting:
                count = min(MOST, len(self._waiting))
                await self._answer(connection, [self._waiting.popleft() for _ in range(count)])
            self._at_work -= 1  # at once: who comes now finds nobody at work

    async def _answer(
        self, connection: Connection, taken: list[tuple[Asked, asyncio.Future[bytes]]]
    ) -> None:
        first = taken[0][0]
        if len(taken) == 1:
            text = await connection.fetchval(self._statements.alone, first.organisation, *first.row)
            taken[0][1].set_result(str(text).encode())
            return
        columns = map(list, zip(*(asked.row for asked, _ in taken), strict=True))
        rows = await connection.fetch(self._statements.shared, first.organisation, *columns)
        for place, text in rows:
            taken[place - 1][1].set_result(text.encode())


class Bare:
    """An ASGI application with one route for each operation."""

    def __init__(self, dsn: str, statements: dict[str, Statements]) -> None:
        self._dsn = dsn
        self._statements = statements
        self._operations: dict[str, Operation] = {}
        self._decoder = msgspec.json.Decoder(Asked)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        answer = await self._operations[scope["path"]].run(self._decoder.decode(body))
        length = (b"content-length", b"%d" % len(answer))
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, length]})
        await send({"type": "http.response.body", "body": answer})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        opened = Database.open(
            self._dsn, name="bare", size=CONNECTIONS, reset=False, **CONNECTION_SETTINGS
        )
        async with opened as database:
            for path, statements in self._statements.items():
                self._operations[path] = Operation(database, statements)
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    statements = msgspec.json.decode(
        Path(os.environ["STATEMENTS"]).read_bytes(), type=dict[str, Statements]
    )
    collect_garbage_seldom()
    app = Bare(os.environ["DSN"], statements)
    port = int(os.environ["PORT"])
    uvicorn.Server(configured(app, host="127.0.0.1", port=port, sockets=False)).run()
