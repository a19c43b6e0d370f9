"""Serves the peer. It is told what the gateway is told, and takes the same tokens."""

import contextlib
from collections.abc import AsyncGenerator

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from bench.reads.with_strawberry.loaders import Loaders, Reader
from bench.reads.with_strawberry.schema import Context, build_schema
from chassis.database import Database
from chassis.logs import start_logs
from chassis.serving import serve
from chassis.settings import load
from gateway.app import CONNECTIONS
from gateway.issuer import Issuer
from gateway.planner import CONNECTION_SETTINGS
from gateway.settings import GatewaySettings
from gateway.tokens import Tokens
from gateway.viewers import Viewers


class Peer(GraphQL[Context, None]):
    def __init__(self, tokens: Tokens, viewers: Viewers, database: Database) -> None:
        super().__init__(build_schema(), graphql_ide=None)
        self._tokens = tokens
        self._viewers = viewers
        self._database = database

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        token = request.headers["authorization"].removeprefix("Bearer ")
        caller = await self._viewers.of(await self._tokens.verify(token))
        reader = Reader(caller)
        return {"reader": reader, "loaders": Loaders(reader), "database": self._database}


def make_app(settings: GatewaySettings) -> Starlette:
    app = Starlette()

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        dsn = settings.database_app.get_secret_value()
        async with (
            Database.open(
                dsn, name="peer", size=CONNECTIONS, reset=False, **CONNECTION_SETTINGS
            ) as database,
            httpx2.AsyncClient() as client,
        ):
            issuer = Issuer(client, settings.issuer, None)
            tokens = Tokens(issuer, audience=settings.audience, types=settings.token_types)
            peer = Peer(tokens, Viewers(database), database)
            app.router.routes.append(Route("/graphql", peer))
            yield

    app.router.lifespan_context = lifespan
    return app


if __name__ == "__main__":
    start_logs("peer", "WARNING")
    settings = load(GatewaySettings)
    serve(make_app(settings), host=settings.host, port=settings.port)
