"""The whole platform, as `make up` starts it, in a folder and on ports of its own."""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import msgspec

from bench.load import post
from bench.servers import free_ports
from cairn_development.issuer import Wish, issue, load_key
from cairn_local.folder import Folder
from cairn_local.platform import Platform
from cairn_local.programs import Programs
from cairn_local.report import Report
from cairn_local.settings import Settings
from cairn_local.supervisor import Mark
from chassis.identity import Assertions, Caller


class RunningPlatform:
    """Makes requests to it: commands as the gateway sends them, operations as clients do."""

    def __init__(self, settings: Settings, folder: Folder) -> None:
        self.settings = settings
        self._folder = folder
        gateway = Programs(settings, folder).preparation("gateway")
        self.read_model = gateway["CAIRN_DATABASE_PIPE"]
        self._command_key = gateway["CAIRN_COMMAND_KEY"]
        self._assertions = Assertions(self._command_key)
        self._key = load_key(folder.issuer_key)

    def pid(self, name: str) -> int:
        """The id of a program's process, which is another once it was started again."""
        return msgspec.json.decode((self._folder.running / name).read_bytes(), type=Mark).pid

    def command(self, name: str, caller: Caller, key: str, body: bytes) -> bytes:
        headers = {
            "authorization": f"Bearer {self._assertions.sign(caller)}",
            "idempotency-key": key,
        }
        return post(f"/commands/{name}", body, headers)

    def commands_of(self, organisation_id: UUID) -> tuple[str, str, str]:
        """What another process needs to send commands to profiles: port, key, organisation."""
        return str(self.settings.profiles_port), self._command_key, str(organisation_id)

    def operation(self, caller: Caller, body: bytes) -> bytes:
        return post("/graphql", body, {"authorization": f"Bearer {self.token(caller)}"})

    def token(self, caller: Caller) -> str:
        """An access token of the caller's, for clients."""
        wish = Wish(subject=caller.subject, organisation=caller.organisation_id)
        return issue(wish, self._key, self.settings.issuer)


@asynccontextmanager
async def platform() -> AsyncGenerator[RunningPlatform]:
    """Without a sample network; its data goes afterwards."""
    names = [name for name in Settings.model_fields if name.endswith("_port")]
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as name:
        folder = Folder(Path(name))
        folder.make()
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        settings = Settings.model_validate({"data": folder.path, **ports})
        programs = Platform(settings, folder, Report())
        try:
            await programs.start()
            yield RunningPlatform(settings, folder)
        finally:
            await programs.stop()
