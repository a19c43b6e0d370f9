"""PostgreSQL and Kafka for tests: the embedded ones, each on ports of its own."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from cairn_local import jars
from cairn_local.kafka import Kafka
from cairn_local.postgres import Postgres
from cairn_local.processes import running
from cairn_local.readiness import until_ready


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now. All are held until all are found: they differ."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@asynccontextmanager
async def embedded_postgres(postgres: Postgres) -> AsyncGenerator[str]:
    """Run it, with its data made where there is none; gives the superuser's DSN."""
    log = postgres.data.with_suffix(".log")
    await postgres.initialise(log)
    async with running(postgres.program, log) as process:
        await until_ready("postgres", postgres.problem, process, log)
        yield postgres.dsn


@asynccontextmanager
async def embedded_kafka(kafka: Kafka) -> AsyncGenerator[str]:
    """Run it, with its storage made where there is none; gives its address."""
    log = kafka.data.with_suffix(".log")
    await asyncio.to_thread(_fetch_jars)
    await kafka.initialise(log)
    async with running(kafka.program, log) as process:
        await until_ready("kafka", kafka.problem, process, log)
        yield kafka.address


def postgres_for_tests(folder: Path, *, version: int = 18) -> Postgres:
    [port] = free_ports(1)
    return Postgres(folder / "postgres", port, "for-tests", version=version, durable=False)


def kafka_for_tests(folder: Path) -> Kafka:
    port, controller_port = free_ports(2)
    return Kafka(folder / "kafka", port, controller_port)


def _fetch_jars() -> None:
    if missing := jars.missing():
        jars.fetch(missing, lambda _: None)
