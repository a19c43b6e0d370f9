"""The servers that are compared: how each is started, and asked."""

import secrets
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx2
import msgspec

from bench.reads.bare import Statements
from bench.reads.operations import RELAY, Wanted
from bench.servers import Servers, free_ports
from cairn_development.settings import AUDIENCE
from cairn_local.processes import Program, python, running
from cairn_local.readiness import until_ready
from cairn_local.settings import HOST
from gateway.app import CONNECTIONS
from gateway.mutations import MutationType
from gateway.planner import Planner
from gateway.schema import build_schema

GATEWAY, UNMERGED = "gateway", "gateway, unmerged"
STRAWBERRY, POSTGRAPHILE, BARE = "Strawberry", "PostGraphile", "bare SQL"

POSTGRAPHILE_FOLDER = Path(__file__).parent / "with_postgraphile"
NODE = POSTGRAPHILE_FOLDER / "node_modules/.bin/node"


@dataclass(frozen=True)
class Stage:
    """What every contender works with."""

    servers: Servers
    dsns: Mapping[str, str]
    issuer: str
    folder: Path


@dataclass(frozen=True)
class Contender:
    name: str
    port: int
    pid: int
    asks: Callable[[str], Sequence[bytes]]  # the requests of an operation


Dialect = Callable[[Wanted, str], bytes]


@asynccontextmanager
async def contender(name: str, stage: Stage, wanted: Sequence[Wanted]) -> AsyncGenerator[Contender]:
    """One of the servers, which runs for as long as the block does."""
    [port] = free_ports(1)
    program, dialect = await _PROGRAMS[name](stage, port)
    log = stage.folder / f"{name}.log"
    async with running(program, log) as process, httpx2.AsyncClient() as http:

        async def problem() -> str | None:
            try:
                await http.post(f"http://{HOST}:{port}/")
            except httpx2.TransportError as error:
                return type(error).__name__
            return None

        await until_ready(name, problem, process, log)
        yield Contender(
            name, port, process.pid, lambda operation: [dialect(each, operation) for each in wanted]
        )


async def _gateway(stage: Stage, port: int) -> tuple[Program, Dialect]:
    environment = _settings(stage, port)
    return python(GATEWAY, "gateway", "serve", environment=environment), Wanted.relay


async def _unmerged(stage: Stage, port: int) -> tuple[Program, Dialect]:
    environment = _settings(stage, port)
    return python(UNMERGED, "bench.reads.unmerged", environment=environment), Wanted.relay


async def _strawberry(stage: Stage, port: int) -> tuple[Program, Dialect]:
    environment = _settings(stage, port)
    program = python(STRAWBERRY, "bench.reads.with_strawberry", environment=environment)
    return program, Wanted.relay


async def _postgraphile(stage: Stage, port: int) -> tuple[Program, Dialect]:
    password = secrets.token_urlsafe()
    connection = await asyncpg.connect(stage.dsns["superuser"])
    await connection.execute((POSTGRAPHILE_FOLDER / "authorisation.sql").read_text())
    await connection.execute(f"alter role postgraphile password '{password}'")
    await connection.close()
    database = stage.dsns["app"].rpartition("@")[2]
    environment = {
        "DSN": f"postgresql://postgraphile:{password}@{database}",
        "CONNECTIONS": str(CONNECTIONS),
        "ISSUER": stage.issuer,
        "KEYS": f"{stage.issuer}/jwks.json",
        "AUDIENCE": AUDIENCE,
        "PORT": str(port),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }
    command = [str(NODE), str(POSTGRAPHILE_FOLDER / "server.mjs")]
    return Program(POSTGRAPHILE, command, environment), Wanted.postgraphile


async def _bare(stage: Stage, port: int) -> tuple[Program, Dialect]:
    planner = Planner(build_schema(MutationType))
    some = Wanted(
        organisation=UUID(int=0), viewer=UUID(int=0), token="", site=UUID(int=1), person=UUID(int=1)
    )
    plans = {name: planner.plan(text, None, some.variables(name)) for name, text in RELAY.items()}
    texts = {
        f"/{name[:2]}": Statements(plan.statement.sql or "", plan.statement.shared_sql)
        for name, plan in plans.items()
    }
    file = stage.folder / "statements.json"
    file.write_bytes(msgspec.json.encode(texts))
    environment = {"STATEMENTS": str(file), "DSN": stage.dsns["app"], "PORT": str(port)}

    def dialect(wanted: Wanted, operation: str) -> bytes:
        plan = planner.plan(RELAY[operation], None, wanted.variables(operation))
        return wanted.bare(operation, plan)

    return python(BARE, "bench.reads.bare", environment=environment), dialect


_PROGRAMS = {
    GATEWAY: _gateway,
    UNMERGED: _unmerged,
    BARE: _bare,
    POSTGRAPHILE: _postgraphile,
    STRAWBERRY: _strawberry,
}


def measurable(names: Sequence[str]) -> list[str]:
    """Those that can run here. PostGraphile needs its packages: `make bench` installs them."""
    return [name for name in names if name != POSTGRAPHILE or NODE.exists()]


def _settings(stage: Stage, port: int) -> dict[str, str]:
    """The gateway's, with everything on; its collector of traces is not there."""
    services = ("PROFILES", "MATCHING", "SESSIONS", "NOTIFICATIONS")
    return {f"CAIRN_{service}": stage.issuer for service in services} | {
        "CAIRN_DATABASE_APP": stage.dsns["app"],
        "CAIRN_DATABASE_PIPE": stage.dsns["pipe"],
        "CAIRN_KAFKA": stage.servers.kafka,
        "CAIRN_COMMAND_KEY": "k" * 32,
        "CAIRN_PORT": str(port),
        "CAIRN_ISSUER": stage.issuer,
        "CAIRN_AUDIENCE": AUDIENCE,
        "CAIRN_LOG_LEVEL": "WARNING",
        "CAIRN_OTLP": f"{stage.issuer}/traces",  # takes them, and throws them away
        "CAIRN_TRACE_RATIO": "0.01",
        "CAIRN_COST_PER_MINUTE": str(10**9),  # it is counted, and nobody comes to it
    }
