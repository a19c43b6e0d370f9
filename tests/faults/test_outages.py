"""F6 to F10: what the platform stands on goes away under load, and comes back."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from support.bounds import PROGRAMS
from support.experiments import Experiment
from support.fleet import Fleet, under_load
from support.outages import (
    broker_listens,
    database_answers,
    frozen_backend,
    paused,
    rain,
    restarted,
)
from support.running import RunningPlatform
from support.waiting import eventually
from support.witness import ready_again

pytestmark = pytest.mark.platform

NOTICED = 25.0  # seconds within which a program says that Kafka has fallen silent
SILENT = 60.0  # seconds
FROZEN = 15.0  # seconds
ENDS = 10.0  # seconds within which a program ends when it is told to, whatever is frozen


async def worked(fleet: Fleet, *, commands: int, within: float = 60.0) -> None:
    """Clients are answered: so many commands more."""
    due = len(fleet.load.journal.acknowledged) + commands
    await eventually(lambda: len(fleet.load.journal.acknowledged) >= due, within=within)


@pytest.mark.experiment("F6")
async def test_the_broker_is_killed(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path
) -> None:
    async with under_load(platform, experiment, tmp_path) as fleet:
        await worked(fleet, commands=30)
        await restarted(fleet, "kafka", signal.SIGKILL)
        await broker_listens(fleet)
        await ready_again(platform, PROGRAMS, within=60)
        experiment.recovery = time.monotonic() - fleet.ended
        await worked(fleet, commands=30)


@pytest.mark.long
@pytest.mark.experiment("F7")
async def test_the_broker_falls_silent(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path
) -> None:
    """Commands are taken all the while; who waits for Kafka says so, and ends when told to."""
    async with under_load(platform, experiment, tmp_path) as fleet:
        await worked(fleet, commands=20)
        started = time.monotonic()
        async with paused(fleet, "kafka"):
            people = fleet.load.mentors * 3
            await asyncio.gather(*(fleet.load.alone(person) for person in people))
            assert await outbox_depth(platform, "sessions") > 0
            took = await time_to_end(fleet, "sessions")
            if took > ENDS:
                experiment.violations.append(f"I8 sessions took {took:.1f} s to end")
            await eventually(lambda: not_ready(platform, "notifications"), within=NOTICED)
            await asyncio.sleep(max(0, SILENT - (time.monotonic() - started)))
            await fleet.load.alone(people[0])


async def outbox_depth(platform: RunningPlatform, service: str) -> int:
    database = await platform.database(service)
    depth = await database.fetchval("select count(*) from cairn.outbox")
    await database.close()
    return depth or 0


async def not_ready(platform: RunningPlatform, program: str) -> bool:
    return not await platform.ready(program)


async def time_to_end(fleet: Fleet, program: str) -> float:
    started = time.monotonic()
    await restarted(fleet, program, signal.SIGTERM)
    return time.monotonic() - started


@pytest.mark.long
@pytest.mark.experiment("F8")
@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, id="fast"),
        pytest.param(signal.SIGQUIT, id="immediate"),
    ],
)
async def test_the_database_restarts(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path, number: signal.Signals
) -> None:
    async with under_load(platform, experiment, tmp_path) as fleet:
        before = [platform.process(program) for program in ("profiles", "matching", "projector")]
        for _ in range(2):
            await worked(fleet, commands=30)
            await restarted(fleet, "postgres", number)
            await database_answers(fleet)
        await worked(fleet, commands=30)
    after = [platform.process(program) for program in ("profiles", "matching", "projector")]
    assert after == before, "a program had to be started again"


@pytest.mark.long
@pytest.mark.experiment("F9")
async def test_it_rains_on_connections(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path
) -> None:
    async with under_load(platform, experiment, tmp_path) as fleet:
        ended = await rain(fleet, experiment.chance, seconds=float(os.environ.get("RAIN", "5")))
        assert ended > 20
        await worked(fleet, commands=20)


@pytest.mark.long
@pytest.mark.experiment("F10")
@pytest.mark.parametrize("application", ["sessions", "sessions pipe", "sessions relay"])
async def test_a_backend_is_frozen(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path, application: str
) -> None:
    """Whoever waits for it gives up after a while; commands are taken all the same.

    The relay's backend holds the lock, and nothing but its own end frees it: events wait for that.
    """
    async with under_load(platform, experiment, tmp_path) as fleet:
        await worked(fleet, commands=20)
        async with frozen_backend(fleet, application):
            started = time.monotonic()
            people = fleet.load.mentors * 3
            await asyncio.gather(*(fleet.load.alone(person) for person in people))
            await asyncio.sleep(max(0, FROZEN - (time.monotonic() - started)))
            await fleet.load.alone(people[0])
        await worked(fleet, commands=20)
