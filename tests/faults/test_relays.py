"""F11: two relays of a service, the elected one paused for longer than it may be silent."""

import asyncio
import time
from pathlib import Path

import pytest

from chassis.relay import POLL, SILENCE
from support.experiments import Experiment
from support.fleet import under_load
from support.replicas import leads, replica
from support.running import RunningPlatform
from support.waiting import eventually

pytestmark = pytest.mark.platform

SERVICE = "sessions"
FOLLOWED = SILENCE + POLL + 3.0  # seconds from the pause until another leads; 3 for a busy machine


@pytest.mark.long
@pytest.mark.experiment("F11")
@pytest.mark.parametrize("times", [pytest.param(1, id="once"), pytest.param(10, id="10 times")])
async def test_the_elected_relay_is_paused(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path, times: int
) -> None:
    """Another follows it; what the first still sends when it wakes up is put right."""
    own = platform.settings.port_of(SERVICE)
    waited = 0.0
    async with (
        replica(platform, SERVICE) as other,
        under_load(platform, experiment, tmp_path) as fleet,
    ):
        for _ in range(times):
            fleet.kill(SERVICE)
            await eventually(lambda: leads(platform, other.port), within=30)
            await eventually(lambda: platform.ready(SERVICE), within=30)
            await asyncio.sleep(experiment.chance.random())
            other.process.suspend()
            paused = time.monotonic()
            experiment.did("SIGSTOP of the elected relay")
            try:
                await eventually(lambda: leads(platform, own), within=30)
                waited = max(waited, time.monotonic() - paused)
                await asyncio.sleep(experiment.chance.random() * 3)
            finally:
                other.process.resume()
                fleet.over()
        experiment.recovery = waited
    if waited > FOLLOWED:
        experiment.violations.append(f"I8 it took {waited:.1f} s until another relay led")
