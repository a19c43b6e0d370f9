"""F18: clocks that go wrong: no order, lock or claim is by a program's own clock."""

from pathlib import Path

import pytest

from support.experiments import Experiment
from support.fleet import Fleet, under_load
from support.running import RunningPlatform
from support.waiting import eventually

pytestmark = [pytest.mark.platform, pytest.mark.long]

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
WORKS_FOR = 40  # commands under a skewed clock


@pytest.mark.skipif(LIBRARY is None, reason="not checked: libfaketime is not installed")
@pytest.mark.experiment("F18")
@pytest.mark.parametrize("skew", ["+1h", "-1h", "+400d"])
@pytest.mark.parametrize("program", ["sessions", "notifications", "projector"])
async def test_a_clock_is_wrong(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path, program: str, skew: str
) -> None:
    """Its clock jumps forward or back under load, and then comes right again.

    A service that takes commands refuses all callers meanwhile: their assertions are of another
    time.
    """
    async with under_load(platform, experiment, tmp_path, clients=4) as fleet:
        await worked(fleet)
        platform.starts.once[program] = {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME": skew,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        fleet.kill(program)
        experiment.did(f"{program}'s clock at {skew}")
        await eventually(lambda: program not in platform.starts.once, within=30)
        await eventually(lambda: platform.ready(program), within=30)
        process = platform.process(program)
        assert process is not None
        assert any("libfaketime" in each.path for each in process.memory_maps())
        try:
            if program == "sessions":
                await eventually(lambda: fleet.load.attempts["401"], within=60)
            else:
                await worked(fleet)
        finally:
            fleet.kill(program)
        await worked(fleet)


async def worked(fleet: Fleet) -> None:
    due = len(fleet.load.journal.acknowledged) + WORKS_FOR
    await eventually(lambda: len(fleet.load.journal.acknowledged) >= due, within=60)
