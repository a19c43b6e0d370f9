"""Services that do what the test says, reached over real HTTP."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from support.waiting import eventually

Answer = Callable[[Request], Awaitable[Response]]


@dataclass
class ScriptedServices:
    """Answers commands as scripted, and remembers what came."""

    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    requests: list[tuple[str, dict[str, str], Any]] = field(
        default_factory=list[tuple[str, dict[str, str], Any]]
    )

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/commands/{name}", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> Response:
        name: str = request.path_params["name"]
        body = msgspec.json.decode(await request.body())
        self.requests.append((name, dict(request.headers), body))
        return await self.answers[name](request)

    def says(self, name: str, status: int, body: Any, **headers: str) -> None:
        async def answer(_: Request) -> Response:
            named = {key.replace("_", "-"): value for key, value in headers.items()}
            return Response(msgspec.json.encode(body), status, named)

        self.answers[name] = answer


@contextlib.asynccontextmanager
async def served(app: ASGIApp, config: uvicorn.Config | None = None) -> AsyncGenerator[str]:
    """The base URL of an application that runs in this loop, on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = config or uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        await eventually(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
