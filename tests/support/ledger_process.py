"""A ledger as a process of its own, which can be frozen, killed or cut off.

`python -m support.ledger_process`; its settings are those of any service, and LEDGER: its topics'
name, their number of partitions, and constants of the chassis to be others in this process.
"""

import importlib
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import psutil

from cairn_local.processes import Program, python, running
from chassis.settings import Settings, load
from support.databases import ServiceDatabase
from support.ledger import Ledger
from support.servers import free_ports
from support.waiting import eventually

KEY = "a key for the tests of the ledger"
TESTS = Path(__file__).parents[1]


class Told(msgspec.Struct):
    """What LEDGER says."""

    name: str
    partitions: int
    constants: dict[str, Any] = {}  # "chassis.consumer.SESSION": 6000
    owns: bool = True  # or it only hears of accounts


def main() -> None:
    settings = load(Settings)
    told = msgspec.json.decode(os.environ["LEDGER"], type=Told)
    for path, value in told.constants.items():
        module, _, name = path.rpartition(".")
        setattr(importlib.import_module(module), name, value)
    app, pipe = settings.database_app, settings.database_pipe
    dsn = ServiceDatabase("", app.get_secret_value(), pipe.get_secret_value(), "")
    ledger = Ledger(dsn, settings.kafka, name=told.name, partitions=told.partitions)
    ledger.service(owns=told.owns).serve(settings)


class LedgerProcess:
    """One that runs: `ready` asks it, `process` can be sent signals."""

    def __init__(self, process: psutil.Process, address: str) -> None:
        self.process = process
        self.address = address

    async def answers(self) -> bool:
        return await self.problems() is not None

    async def ready(self) -> bool:
        return await self.problems() == []

    async def problems(self) -> list[str] | None:
        """Why it is not ready, in sentences; None where it does not answer."""
        try:
            async with httpx2.AsyncClient(timeout=15) as http:
                answer = await http.get(f"{self.address}/readyz")
        except httpx2.TransportError:
            return None
        return answer.json()["problems"]


@asynccontextmanager
async def ledger_process(
    ledger: Ledger,
    log: Path,
    *,
    instance: str = "0",
    host: str = "127.0.0.1",
    within: Sequence[str] = (),
    constants: Mapping[str, Any] | None = None,
    owns: bool = True,
    environment: Mapping[str, str] | None = None,
) -> AsyncGenerator[LedgerProcess]:
    """Start one. `within` is a command that runs it, as one that enters a namespace does."""
    [port] = free_ports(1)
    name = ledger.accounts_topic.name.rpartition(".")[0]
    told = Told(name, ledger.accounts_topic.partitions, dict(constants or {}), owns)
    program = python(
        f"ledger {instance}",
        "support.ledger_process",
        environment={
            "PYTHONPATH": str(TESTS),
            "CAIRN_DATABASE_APP": ledger.dsn.app,
            "CAIRN_DATABASE_PIPE": ledger.dsn.pipe,
            "CAIRN_KAFKA": ledger.kafka,
            "CAIRN_COMMAND_KEY": KEY,
            "CAIRN_HOST": host,
            "CAIRN_PORT": str(port),
            "CAIRN_INSTANCE": instance,
            "LEDGER": msgspec.json.encode(told).decode(),
            **(environment or {}),
        },
    )
    program = Program(program.name, [*within, *program.command], program.environment)
    async with running(program, log) as process:
        started = LedgerProcess(psutil.Process(process.pid), f"http://{host}:{port}")
        await eventually(started.answers, within=60)
        yield started


if __name__ == "__main__":
    main()
