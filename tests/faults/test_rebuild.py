"""F25: the read model is made again from the log while it is read and written."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chassis.topics import ends
from contracts.catalogue import topics_heard_by
from gateway.rebuild.fingerprint import fingerprint
from support.experiments import Experiment
from support.fleet import under_load
from support.ledger import in_background
from support.readers import Readers, rebuild_read_model
from support.running import RunningPlatform
from support.waiting import eventually

pytestmark = pytest.mark.platform

LONGEST = 300.0  # seconds for a million events


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


async def is_projected(platform: RunningPlatform, kafka: str) -> bool:
    """Whether the projector has come to the log's end."""
    gateway = await platform.database("gateway")
    projected = await gateway.fetchval("select sum(next) from cairn.positions")
    await gateway.close()
    return projected == sum((await ends(kafka, topics_heard_by("gateway"))).values())


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


@pytest.mark.long
@pytest.mark.experiment("F25 a million events")
async def test_a_million_events(platform: RunningPlatform, experiment: Experiment) -> None:
    kafka = f"127.0.0.1:{platform.settings.kafka_port}"
    filling = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.rebuilding.log", kafka, "1000000")
    )
    assert await filling.wait() == 0
    await eventually(lambda: is_projected(platform, kafka), within=900, every=1)
    async with read_all_the_while(platform, experiment):
        rebuilt = await rebuild_read_model(platform)
    experiment.did(f"rebuild of {rebuilt['events']} events in {rebuilt['seconds']} s")
    assert rebuilt["events"] >= 1_000_000
    if rebuilt["seconds"] > LONGEST:
        experiment.violations.append(f"I8 a million events took {rebuilt['seconds']} s")
