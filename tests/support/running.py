"""The platform as it runs for its users: every program a process, nothing replaced."""

import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import asyncpg
import httpx2
import msgspec
import psutil

from cairn_development.mailbox import Mail, Mailbox
from cairn_local import processes, supervisor
from cairn_local.folder import Folder
from cairn_local.passwords import Passwords
from cairn_local.platform import Platform
from cairn_local.postgres import Postgres
from cairn_local.processes import Program
from cairn_local.report import Report
from cairn_local.settings import HOST, Settings
from cairn_local.supervisor import Mark
from chassis.identity import Assertions, Caller
from support.servers import free_ports

JSON = dict[str, Any]
TESTS = Path(__file__).parents[1]


def python_path() -> str:
    """Where a program finds `support` besides what it finds anyway."""
    return os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])


@dataclass
class Starts:
    """What tests add to how programs are started.

    `once` is added to the environment of a program's next start only. `planted` makes every program
    of ours run with bugs that `support.planted` knows.
    """

    once: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    planted: str = ""

    def of(self, program: Program) -> Program:
        environment = dict(program.environment) | self.once.pop(program.name, {})
        command = list(program.command)
        if self.planted and command[:2] == [sys.executable, "-m"]:
            command[2:2] = ["support.planted"]
            environment |= {"PLANTED": self.planted, "PYTHONPATH": python_path()}
        return replace(program, command=command, environment=environment)


@dataclass
class RunningPlatform:
    """Speaks to the running platform as its users, its services and its database see it."""

    settings: Settings
    folder: Folder
    http: httpx2.AsyncClient
    starts: Starts = field(default_factory=Starts)
    tokens: dict[tuple[str, UUID, tuple[str, ...]], str] = field(default_factory=dict)

    @property
    def gateway(self) -> str:
        """The address of the GraphQL API."""
        return self.settings.graphql.replace("localhost", HOST)

    @property
    def passwords(self) -> Passwords:
        return Passwords(self.folder.secrets)

    @property
    def secrets(self) -> list[str]:
        """All that proves who somebody is: passwords, keys, and the tokens given so far."""
        own = msgspec.json.decode(self.folder.secrets.read_bytes(), type=dict[str, str])
        return [*own.values(), *self.tokens.values()]

    async def token(self, subject: str, organisation_id: UUID, *roles: str) -> str:
        """A token of the development issuer."""
        who = (subject, organisation_id, roles)
        if who not in self.tokens:
            body = {
                "subject": subject,
                "organisation": str(organisation_id),
                "roles": list(roles),
                "seconds": 3600,
            }
            answer = await self.http.post(f"{self.settings.issuer}/token", json=body)
            self.tokens[who] = answer.raise_for_status().json()["access_token"]
        return self.tokens[who]

    async def command(
        self, service: str, name: str, caller: Caller, key: str, body: JSON | bytes
    ) -> httpx2.Response:
        """Send a command to its service, as the gateway does; bytes are sent as they are."""
        assertions = Assertions(self.passwords.of("command_key"))
        return await self.http.post(
            f"http://{HOST}:{self.settings.port_of(service)}/commands/{name}",
            content=body if isinstance(body, bytes) else msgspec.json.encode(body),
            headers={
                "authorization": f"Bearer {assertions.sign(caller)}",
                "content-type": "application/json",
                "idempotency-key": key,
                "correlation-id": str(uuid4()),
            },
        )

    async def database(self, service: str) -> asyncpg.Connection:
        """A service's database, as the superuser: the view from outside."""
        postgres = Postgres(
            self.folder.postgres, self.settings.postgres_port, self.passwords.of("postgres")
        )
        return await asyncpg.connect(postgres.dsn.rpartition("/")[0] + f"/{service}")

    def process(self, program: str) -> psutil.Process | None:
        """A program as it runs now; None while it is started again."""
        try:
            mark = msgspec.json.decode((self.folder.running / program).read_bytes(), type=Mark)
            process = psutil.Process(mark.pid)
            is_ours = abs(process.create_time() - mark.created) < 1
        except (FileNotFoundError, psutil.NoSuchProcess, msgspec.DecodeError):
            return None
        return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None

    def signal(self, program: str, number: signal.Signals) -> bool:
        """Send a signal to a program, where it runs; the supervisor starts again what ends."""
        process = self.process(program)
        if process is None:
            return False
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            return False
        return True

    def kill(self, program: str) -> bool:
        return self.signal(program, signal.SIGKILL)

    async def ready(self, program: str) -> bool:
        try:
            port = self.settings.port_of(program)
            answer = await self.http.get(f"http://{HOST}:{port}/readyz", timeout=3)
        except httpx2.TransportError:
            return False
        return answer.status_code == 200

    def mails(self) -> list[Mail]:
        mailbox = Mailbox(self.folder.mail)
        mails = [mailbox.read(name) for name in mailbox.names()]
        return [mail for mail in mails if mail is not None]


@asynccontextmanager
async def running_platform(
    data: Path, *, environment: dict[str, str] | None = None
) -> AsyncGenerator[RunningPlatform]:
    """Start the whole platform in a folder of its own; `environment` is added to its programs'."""
    names = [name for name in Settings.model_fields if name.endswith("_port")]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    settings = Settings(data=data, **ports)  # pyright: ignore[reportArgumentType]
    folder = Folder(data)
    folder.make()
    before = {name: os.environ.get(name) for name in environment or {}}
    os.environ.update(environment or {})
    platform = Platform(settings, folder, Report())
    starts = Starts()
    start = processes.start
    try:
        with patch.object(supervisor, "start", lambda program, log: start(starts.of(program), log)):
            await platform.start()
            limits = httpx2.Limits(max_connections=64)
            async with httpx2.AsyncClient(timeout=15, limits=limits) as http:
                yield RunningPlatform(settings, folder, http, starts)
    finally:
        await platform.stop()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
