"""A PostgreSQL and a Kafka of our own, as `make up` runs them, and databases for services."""

import asyncio
import secrets
import socket
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from cairn_local import jars
from cairn_local.kafka import Kafka
from cairn_local.postgres import Postgres
from cairn_local.processes import python, running
from cairn_local.readiness import http_problem, until_ready
from cairn_local.settings import HOST, SERVICES
from chassis.identity import Assertions
from chassis.provision import KINDS, provision


@dataclass(frozen=True)
class Running:
    """A process of ours, which is ready."""

    pid: int
    port: int
    assertions: Assertions  # that it believes


@dataclass(frozen=True)
class Servers:
    postgres: Postgres
    postgres_pid: int
    kafka: str
    log: Path

    async def database(self, service: str) -> dict[str, str]:
        """Make a service's empty database; gives its DSN for each role, and the superuser's."""
        passwords = {kind: secrets.token_urlsafe() for kind in KINDS}
        await provision(self.postgres.dsn, service, passwords)
        own = {
            kind: self.postgres.dsn_of(f"{service}_{kind}", passwords[kind], service)
            for kind in KINDS
        }
        return own | {
            "superuser": self.postgres.dsn.rpartition("/")[0] + f"/{service}",
        }

    @asynccontextmanager
    async def running(
        self, module: str, step: str, dsns: Mapping[str, str]
    ) -> AsyncGenerator[Running]:
        """`python -m <module> <step>`, as it runs in earnest, once it is ready."""
        [port] = free_ports(1)
        key = secrets.token_urlsafe(32)
        nobody = f"http://{HOST}:9"  # whom it asks for nothing here
        environment = {
            "CAIRN_DATABASE_APP": dsns["app"],
            "CAIRN_DATABASE_PIPE": dsns["pipe"],
            "CAIRN_KAFKA": self.kafka,
            "CAIRN_PORT": str(port),
            "CAIRN_COMMAND_KEY": key,
            "CAIRN_LOG_LEVEL": "WARNING",
            "CAIRN_ISSUER": nobody,
            **{f"CAIRN_{service.upper()}": nobody for service in SERVICES},
        }
        program = python(module, module, step, environment=environment)
        async with httpx2.AsyncClient() as http, running(program, self.log) as process:
            address = f"http://{HOST}:{port}/readyz"
            await until_ready(module, lambda: http_problem(http, address), process, self.log)
            yield Running(process.pid, port, Assertions(key))


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now. All are held until all are found: they differ."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@asynccontextmanager
async def servers(*options: str) -> AsyncGenerator[Servers]:
    """Run both for as long as the block does, durable as in earnest; their data goes afterwards.

    `options` are PostgreSQL's.
    """
    if missing := jars.missing():
        await asyncio.to_thread(jars.fetch, missing, lambda _: None)
    ports = free_ports(3)
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        folder = Path(name)
        postgres = Postgres(folder / "postgres", ports[0], secrets.token_urlsafe())
        kafka = Kafka(folder / "kafka", ports[1], ports[2])
        log = folder / "servers.log"
        await asyncio.gather(postgres.initialise(log), kafka.initialise(log))
        program = replace(postgres.program, command=[*postgres.program.command, *options])
        async with running(program, log) as first, running(kafka.program, log) as second:
            await until_ready("postgres", postgres.problem, first, log)
            await until_ready("kafka", kafka.problem, second, log)
            yield Servers(postgres, first.pid, kafka.address, log)
