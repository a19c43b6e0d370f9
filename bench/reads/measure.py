"""Requests a second, latency and CPU of a request: each server in turn, round by round."""

import asyncio
import itertools
import statistics
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import httpx2
import msgspec
import uvicorn
from joserfc.jwk import ECKey

from bench import figures, usage
from bench.load import load
from bench.reads.network import Network, make_network, write_network
from bench.reads.operations import OPERATIONS, requests_of
from bench.servers import Servers, free_ports
from cairn_development.issuer import load_key, make_issuer
from cairn_development.settings import AUDIENCE
from cairn_local.processes import python, running
from cairn_local.readiness import until_ready
from cairn_local.settings import HOST
from chassis.migrations import apply_migrations
from gateway.main import MIGRATIONS

CONNECTIONS = 32
SECONDS = 3.0  # of load in a round
COMPARED = 40  # answers of each operation that must be the same
SERVERS = {"gateway": ("gateway", "serve"), "Strawberry": ("bench.reads.peer",)}


class Server(msgspec.Struct):
    name: str
    port: int
    pid: int


class Round(msgspec.Struct, kw_only=True):
    """What one server gave in one round. CPU is in microseconds a request, latency in ms."""

    server: str
    operation: str
    requests_per_second: float
    p50: float
    p99: float
    cpu: float
    postgres_cpu: float


async def measure(servers: Servers, rounds: int) -> str:
    """Measure, keep what each round gave, and sum it up in tables."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="cairn-bench-")))
        key = load_key(folder / "issuer.json")
        issuer = await stack.enter_async_context(_issuer(key))
        dsns = await servers.database("gateway")
        network = await _fill(dsns)
        contenders = [
            await stack.enter_async_context(_serve(name, dsns, servers, issuer, folder))
            for name in SERVERS
        ]
        requests = {each: requests_of(each, network, key, issuer) for each in OPERATIONS}
        for operation in OPERATIONS:
            await _compare(contenders, requests[operation])
        plan = list(itertools.product(requests.items(), contenders))
        for (_, sent), server in plan:
            await load(server.port, sent, connections=CONNECTIONS, seconds=1)  # warms up
        measured = [
            await _round(server, operation, sent, servers.postgres_pid)
            for _ in range(rounds)
            for (operation, sent), server in plan
        ]
    figures.keep("reads", measured)
    return "\n\n".join(_summary(measured, operation) for operation in OPERATIONS)


@asynccontextmanager
async def _issuer(key: ECKey) -> AsyncGenerator[str]:
    """A token issuer within this process; gives its address."""
    [port] = free_ports(1)
    url = f"http://{HOST}:{port}"
    app = make_issuer(url, key)
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    try:
        yield url
    finally:
        server.should_exit = True
        await serving


async def _fill(dsns: Mapping[str, str]) -> Network:
    """Make the read model; returns the larger of its two tenants."""
    await apply_migrations(dsns["owner"], [MIGRATIONS])
    network, neighbour = make_network(20_000, seed=7), make_network(5_000, seed=8)
    connection = await asyncpg.connect(dsns["pipe"])
    await write_network(connection, network)
    await write_network(connection, neighbour)
    await connection.close()
    superuser = await asyncpg.connect(dsns["superuser"])
    await superuser.execute("vacuum analyze")
    await superuser.close()
    return network


@asynccontextmanager
async def _serve(
    name: str, dsns: Mapping[str, str], servers: Servers, issuer: str, folder: Path
) -> AsyncGenerator[Server]:
    [port] = free_ports(1)
    nowhere = {f"CAIRN_{each}": issuer for each in ("PROFILES", "MATCHING", "SESSIONS")}
    environment = nowhere | {
        "CAIRN_NOTIFICATIONS": issuer,
        "CAIRN_DATABASE_APP": dsns["app"],
        "CAIRN_DATABASE_PIPE": dsns["pipe"],
        "CAIRN_KAFKA": servers.kafka,
        "CAIRN_COMMAND_KEY": "k" * 32,
        "CAIRN_PORT": str(port),
        "CAIRN_ISSUER": issuer,
        "CAIRN_AUDIENCE": AUDIENCE,
        "CAIRN_LOG_LEVEL": "WARNING",
        "CAIRN_COST_PER_MINUTE": str(10**9),  # it is counted, and nobody comes to it
    }
    log = folder / f"{name}.log"
    program = python(name, *SERVERS[name], environment=environment)
    async with running(program, log) as process, httpx2.AsyncClient() as http:

        async def problem() -> str | None:
            try:
                await http.post(f"http://{HOST}:{port}/graphql")
            except httpx2.TransportError as error:
                return type(error).__name__
            return None

        await until_ready(name, problem, process, log)
        yield Server(name, port, process.pid)


async def _compare(contenders: Sequence[Server], requests: Sequence[bytes]) -> None:
    """Every server must give the same answers. Raises ValueError."""
    async with httpx2.AsyncClient() as http:
        for request in requests[:COMPARED]:
            head, _, body = request.partition(b"\r\n\r\n")
            token = head.partition(b"authorization: ")[2].decode()
            headers = {"authorization": token, "content-type": "application/json"}
            answers = [
                (
                    await http.post(
                        f"http://{HOST}:{each.port}/graphql", content=body, headers=headers
                    )
                ).json()
                for each in contenders
            ]
            if any(answer != answers[0] or "errors" in answer for answer in answers):
                raise ValueError(f"the servers do not answer alike: {answers}")


async def _round(
    server: Server, operation: str, requests: Sequence[bytes], postgres_pid: int
) -> Round:
    cpu, postgres = usage.cpu_seconds(server.pid), usage.cpu_seconds(postgres_pid)
    done = await load(server.port, requests, connections=CONNECTIONS, seconds=SECONDS)
    cpu, postgres = usage.cpu_seconds(server.pid) - cpu, usage.cpu_seconds(postgres_pid) - postgres
    return Round(
        server=server.name,
        operation=operation,
        requests_per_second=done.requests / done.seconds,
        p50=done.p50,
        p99=done.p99,
        cpu=cpu / done.requests * 1e6,
        postgres_cpu=postgres / done.requests * 1e6,
    )


def _summary(measured: Sequence[Round], operation: str) -> str:
    of = {
        name: [each for each in measured if (each.server, each.operation) == (name, operation)]
        for name in SERVERS
    }
    ours, peer = (_Medians.of(of[name]) for name in ("gateway", "Strawberry"))
    ratios = [
        "ratio",
        f"{ours.requests_per_second / peer.requests_per_second:.1f}x",
        f"{peer.p50 / ours.p50:.1f}x / {peer.p99 / ours.p99:.1f}x",
        f"{peer.cpu / ours.cpu:.1f}x",
        f"{peer.postgres_cpu / ours.postgres_cpu:.1f}x",
        f"{peer.both / ours.both:.1f}x",
    ]
    columns = [operation, "requests/s", "p50 / p99 ms", "server CPU µs", "PostgreSQL µs", "both µs"]
    return figures.table(columns, [*(_row(name, each) for name, each in of.items()), ratios])


def _row(name: str, rounds: Sequence[Round]) -> list[str]:
    medians = _Medians.of(rounds)
    return [
        name,
        figures.spread([each.requests_per_second for each in rounds]),
        f"{medians.p50:.1f} / {medians.p99:.1f}",
        figures.spread([each.cpu for each in rounds]),
        figures.spread([each.postgres_cpu for each in rounds]),
        f"{medians.both:,.0f}",
    ]


class _Medians(msgspec.Struct):
    requests_per_second: float
    p50: float
    p99: float
    cpu: float
    postgres_cpu: float
    both: float

    @classmethod
    def of(cls, rounds: Sequence[Round]) -> "_Medians":
        return cls(
            requests_per_second=statistics.median(each.requests_per_second for each in rounds),
            p50=statistics.median(each.p50 for each in rounds),
            p99=statistics.median(each.p99 for each in rounds),
            cpu=statistics.median(each.cpu for each in rounds),
            postgres_cpu=statistics.median(each.postgres_cpu for each in rounds),
            both=statistics.median(each.cpu + each.postgres_cpu for each in rounds),
        )
