"""F25: the read model is made again from the log while it is read and written."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.rebuild.fingerprint import fingerprint
from support.experiments import Experiment
from support.fleet import under_load
from support.ledger import in_background
from support.readers import Readers, rebuild_read_model
from support.running import RunningPlatform

pytestmark = pytest.mark.platform


@asynccontextmanager
async def read_all_the_while(
    platform: RunningPlatform, experiment: Experiment
) -> AsyncGenerator[Readers]:
    """Whatever a reader or writer misses meanwhile breaks a promise."""
    readers = Readers(platform)
    await readers.set_up()
    async with in_background(readers.read, readers.read, readers.write):
        yield readers
    experiment.violations += readers.violations
    experiment.commands += readers.answered
    print(f"{readers.answered} answers, {readers.written} of them read what they had written")


async def is_the_same_when_made_again(platform: RunningPlatform, experiment: Experiment) -> None:
    """At rest: what is read has the fingerprint of what the log alone gives."""
    gateway = await platform.database("gateway")
    before = await fingerprint(gateway)
    await rebuild_read_model(platform)
    if await fingerprint(gateway) != before:
        experiment.violations.append("I6 the read model is not what the log gives")
    await gateway.close()


@pytest.mark.experiment("F25")
async def test_nobody_notices_that_the_read_model_is_made_again(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path
) -> None:
    async with under_load(platform, experiment, tmp_path, clients=3) as fleet:
        async with read_all_the_while(platform, experiment):
            for _ in range(2):
                rebuilt = await rebuild_read_model(platform)
                experiment.did(f"rebuild, switched in {rebuilt['switched_in'] * 1000:.0f} ms")
        fleet.over()
    await is_the_same_when_made_again(platform, experiment)
