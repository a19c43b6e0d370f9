"""F33: people are erased while the read model is rebuilt, and somebody dies of it."""

import asyncio
from pathlib import Path

import pytest

from cairn_local.programs import WITH_DATABASE
from support.experiments import Experiment
from support.fleet import under_load
from support.judges.walls import said_in
from support.rebuilding import judge_rebuild, rebuild_now
from support.running import RunningPlatform
from support.waiting import eventually

pytestmark = [pytest.mark.platform, pytest.mark.long]

ERASED = 4


@pytest.mark.experiment("F33")
async def test_who_is_erased_during_a_rebuild_stays_so(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path
) -> None:
    async with under_load(platform, experiment, tmp_path) as fleet:
        acknowledged = fleet.load.journal.acknowledged
        await eventually(lambda: len(acknowledged) > 200, within=120)
        rebuilding = asyncio.create_task(rebuild_now(platform))
        names = await fleet.load.erase_some(ERASED)
        experiment.did("erasures while the read model is rebuilt")
        for program in ("matching", "notifications"):
            fleet.kill(program)
        names += await fleet.load.erase_some(ERASED)
        await rebuilding
        fleet.over()
    for service in WITH_DATABASE:
        for name in names:
            if found := await said_in(platform, service, name):
                experiment.violations.append(f"I1 {service} still has an erased name: {found}")
    experiment.violations += await judge_rebuild(platform)
