"""F31: the collector of traces refuses, or takes connections and never answers."""

import asyncio
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from cairn_local.settings import HOST
from chassis.identity import Assertions, Caller
from support.experiments import Experiment
from support.replicas import replica
from support.running import RunningPlatform
from support.servers import free_ports
from support.waiting import eventually

pytestmark = pytest.mark.platform

ENDS = 10.0  # seconds
COMMANDS = 50


@contextmanager
def black_hole() -> Generator[str]:
    """An address that takes connections, and says nothing to anybody."""
    with socket.create_server((HOST, 0), backlog=128) as server:
        yield f"http://{HOST}:{server.getsockname()[1]}"


@pytest.mark.experiment("F31")
async def test_a_collector_that_is_of_no_use_holds_nobody_up(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path
) -> None:
    [closed] = free_ports(1)
    with black_hole() as silent:
        took = await asyncio.gather(
            traced(platform, experiment, f"http://{HOST}:{closed}", instance="2"),
            traced(platform, experiment, silent, instance="3"),
        )
    experiment.recovery = max(took)
    for seconds in took:
        if seconds > ENDS:
            experiment.violations.append(f"I8 a process took {seconds:.1f} s to end")


async def traced(
    platform: RunningPlatform, experiment: Experiment, collector: str, *, instance: str
) -> float:
    """Have traced commands carried out, then end the process; the seconds that this took."""
    experiment.did("a collector that refuses or is silent")
    environment = {"CAIRN_OTLP": collector, "CAIRN_INSTANCE": instance}
    async with replica(platform, "sessions", **environment) as service:
        for _ in range(COMMANDS):
            await set_goal(platform, service.port)
        experiment.commands += COMMANDS
        started = time.monotonic()
        service.process.terminate()
        await eventually(lambda: not service.process.is_running(), within=60)
        return time.monotonic() - started


async def set_goal(platform: RunningPlatform, port: int) -> None:
    caller = Caller(subject=str(uuid4()), organisation_id=uuid4(), person_id=uuid4())
    assertion = Assertions(platform.passwords.of("command_key")).sign(caller)
    answer = await platform.http.post(
        f"http://{HOST}:{port}/commands/set-goal",
        content=msgspec.json.encode({"title": "Lead"}),
        headers={
            "authorization": f"Bearer {assertion}",
            "content-type": "application/json",
            "idempotency-key": str(uuid4()),
            "traceparent": f"00-{uuid4().hex}-{uuid4().hex[:16]}-01",
        },
    )
    assert answer.status_code == 200, answer.text
