"""The platform in containers, as compose.yaml brings it up: a project of its own for each run."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from cairn_local.settings import Settings
from support.servers import free_ports

ROOT = Path(__file__).parents[2]
HEALTHY_WITHIN = 600  # seconds, without the time that building takes
PORTS = ("gateway_port", "issuer_port", "mail_port")

JSON = dict[str, Any]


@dataclass
class ComposeProject:
    """`settings` say at which ports of this machine it is reached."""

    name: str
    settings: Settings
    environment: Path

    async def run(self, *arguments: str) -> str:
        """What `docker compose` says. It fails with what it complained about."""
        options = ("--project-name", self.name, "--env-file", str(self.environment))
        return await _run("docker", "compose", *options, *arguments)

    async def containers(self) -> dict[str, JSON]:
        """What `docker inspect` says of each container, by its service."""
        ids = (await self.run("ps", "--all", "--quiet")).split()
        inspected: list[JSON] = json.loads(await _run("docker", "inspect", *ids))
        return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in inspected}


@asynccontextmanager
async def compose_project(folder: Path) -> AsyncGenerator[ComposeProject]:
    """Build the images, bring everything up healthy; afterwards take it down, data included."""
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    settings = Settings(data=folder, **ports)  # pyright: ignore[reportArgumentType]
    secrets = await _run("sh", "deploy/containers/secrets.sh")
    environment = folder / "env"
    environment.write_text(
        secrets + "".join(f"CAIRN_{name.upper()}={port}\n" for name, port in ports.items())
    )
    project = ComposeProject(f"cairn-test-{uuid4().hex[:8]}", settings, environment)
    try:
        await project.run("build")
        await project.run("up", "--wait", "--wait-timeout", str(HEALTHY_WITHIN))
        yield project
    except BaseException:
        print(await project.run("ps", "--all"))
        print(await project.run("logs", "--no-color", "--tail", "15"))
        raise
    finally:
        await project.run("down", "--volumes", "--timeout", "10")


async def _run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env=_without_settings(os.environ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaints = await process.communicate()
    assert process.returncode == 0, f"{' '.join(command)}:\n{complaints.decode()}"
    return output.decode()


def _without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What the shell says would go before what the file says."""
    return {name: value for name, value in environment.items() if not name.startswith("CAIRN_")}
