"""A second instance of a service beside the platform's own."""

import dataclasses
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import psutil

from cairn_local.processes import running
from cairn_local.programs import Programs
from cairn_local.settings import HOST
from support.running import RunningPlatform
from support.servers import free_ports
from support.waiting import eventually

LEADS = re.compile(r"^cairn_relay_leads 1(\.0)?$", re.MULTILINE)


@dataclass(frozen=True)
class Replica:
    process: psutil.Process
    port: int


@asynccontextmanager
async def replica(
    platform: RunningPlatform, service: str, **environment: str
) -> AsyncGenerator[Replica]:
    """Another instance, ready; `environment` is added to its own."""
    [port] = free_ports(1)
    program = Programs(platform.settings, platform.folder).serve(service)
    own = {"CAIRN_PORT": str(port), "CAIRN_INSTANCE": "1"}
    program = dataclasses.replace(
        program, environment=dict(program.environment) | own | environment
    )
    async with running(program, platform.folder.log(f"{service}-1")) as process:
        await eventually(lambda: is_ready(platform, port), within=60)
        yield Replica(psutil.Process(process.pid), port)


async def is_ready(platform: RunningPlatform, port: int) -> bool:
    try:
        answer = await platform.http.get(f"http://{HOST}:{port}/readyz", timeout=3)
    except httpx2.TransportError:
        return False
    return answer.status_code == 200


async def leads(platform: RunningPlatform, port: int) -> bool:
    """Whether the relay of the instance at this port is the elected one."""
    try:
        answer = await platform.http.get(f"http://{HOST}:{port}/metrics", timeout=3)
    except httpx2.TransportError:
        return False
    return LEADS.search(answer.text) is not None
