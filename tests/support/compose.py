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
OBSERVE = ("--profile", "observe")  # the collector, Jaeger and Prometheus too

JSON = dict[str, Any]


@dataclass
class ComposeProject:
    """`settings` say at which ports of this machine it is reached.

    `jaeger` and `prometheus` are their addresses, or None where they do not run.
    """

    name: str
    settings: Settings
    environment: Path
    jaeger: str | None = None
    prometheus: str | None = None

    async def run(self, *arguments: str) -> str:
        """What `docker compose` says. It fails with what it complained about."""
        profile = OBSERVE if self.jaeger else ()
        options = ("--project-name", self.name, "--env-file", str(self.environment), *profile)
        return await _run("docker", "compose", *options, *arguments)

    async def containers(self) -> dict[str, JSON]:
        """What `docker inspect` says of each container, by its service."""
        ids = (await self.run("ps", "--all", "--quiet")).split()
        inspected: list[JSON] = json.loads(await _run("docker", "inspect", *ids))
        return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in inspected}


@asynccontextmanager
async def compose_project(folder: Path, *, observed: bool) -> AsyncGenerator[ComposeProject]:
    """Build the images, bring everything up healthy; afterwards take it down, data included."""
    *ports, jaeger, prometheus = free_ports(len(PORTS) + 2)
    own = dict(zip(PORTS, ports, strict=True))
    settings = Settings(data=folder, **own)  # pyright: ignore[reportArgumentType]
    told = {name: str(port) for name, port in own.items()}
    project = ComposeProject(f"cairn-test-{uuid4().hex[:8]}", settings, folder / "env")
    if observed:
        told |= {"jaeger_port": str(jaeger), "prometheus_port": str(prometheus)}
        told |= {"otlp": "http://collector:4318"}
        project.jaeger = f"http://127.0.0.1:{jaeger}"
        project.prometheus = f"http://127.0.0.1:{prometheus}"
    secrets = await _run("sh", "deploy/containers/secrets.sh")
    project.environment.write_text(
        secrets + "".join(f"CAIRN_{name.upper()}={value}\n" for name, value in told.items())
    )
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


async def images_to_observe() -> list[str]:
    """The images of the profile `observe`, which are not built here."""
    named = await _run("docker", "compose", *OBSERVE, "config", "--images")
    return [image for image in named.split() if not image.startswith("cairn-")]


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
