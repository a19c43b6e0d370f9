"""What the contenders work with: the rows, and an issuer of tokens that also takes traces."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from bench.reads.network import Network, make_network, write_network
from bench.servers import free_ports
from cairn_development.issuer import make_issuer
from cairn_local.settings import HOST
from chassis.migrations import apply_migrations
from gateway.main import MIGRATIONS

NEIGHBOURS = 5_000  # people of another tenant


@asynccontextmanager
async def issuer(key: ECKey) -> AsyncGenerator[str]:
    """A token issuer within this process; gives its address."""
    [port] = free_ports(1)
    url = f"http://{HOST}:{port}"
    routes = [
        Route("/v1/traces", _take_traces, methods=["POST"]),
        Mount("/", make_issuer(url, key)),
    ]
    app = Starlette(routes=routes)
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    try:
        yield url
    finally:
        server.should_exit = True
        await serving


async def _take_traces(_: Request) -> Response:
    return Response()


async def fill(dsns: Mapping[str, str], people: int) -> Network:
    """Make the read model; returns the larger of its two tenants."""
    await apply_migrations(dsns["owner"], [MIGRATIONS])
    network, neighbour = make_network(people, seed=7), make_network(NEIGHBOURS, seed=8)
    connection = await asyncpg.connect(dsns["pipe"])
    await write_network(connection, network)
    await write_network(connection, neighbour)
    await connection.close()
    superuser = await asyncpg.connect(dsns["superuser"])
    await superuser.execute("vacuum analyze")
    await superuser.close()
    return network
