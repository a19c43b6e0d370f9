"""F1 to F4: a process dies at each place that a crash can be told apart by, under load."""

import asyncio
import random
from pathlib import Path

import pytest

from support.experiments import Experiment
from support.fleet import Fleet, under_load
from support.running import RunningPlatform
from support.waiting import eventually

pytestmark = pytest.mark.platform

# The points, each with the latest passing at which the process may die there.
COMMANDS = {"C1": 10, "C2": 10, "C3": 10, "C4": 10, "C5": 10}
RELAY = {"R1": 1, "R2": 6, "R3": 6, "R4": 6, "R5": 6}
CONSUMER = {"K1": 10, "K2": 10, "K3": 10, "K5": 10, "K7": 1}
SENDER = {"N1": 4, "N2": 4}
STRIKES_WITHIN = 120.0  # seconds from a start until its fault has struck

LANES = {
    "matching": COMMANDS,
    "sessions": RELAY,
    "projector": CONSUMER,
    "notifications": SENDER,
}
EVERYWHERE = {
    "profiles": COMMANDS | RELAY,
    "matching": COMMANDS | RELAY | CONSUMER,
    "sessions": COMMANDS | RELAY | CONSUMER,
    "notifications": RELAY | CONSUMER | SENDER,
    "projector": CONSUMER,
}


@pytest.mark.experiment("F1-F4 once")
async def test_dying_at_each_point_once(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path
) -> None:
    await die_everywhere(platform, experiment, tmp_path, LANES)


@pytest.mark.long
@pytest.mark.experiment("F1-F4 everywhere")
@pytest.mark.parametrize("round_", range(3), ids=str)
async def test_dying_at_each_point_in_every_program(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path, round_: int
) -> None:
    await die_everywhere(platform, experiment, tmp_path, EVERYWHERE)


async def die_everywhere(
    platform: RunningPlatform,
    experiment: Experiment,
    folder: Path,
    lanes: dict[str, dict[str, int]],
) -> None:
    """The programs die beside one another, each at one point after another."""
    async with under_load(platform, experiment, folder) as fleet, asyncio.TaskGroup() as group:
        for program, points in lanes.items():
            chance = random.Random(f"{experiment.seed} {program}")
            group.create_task(die_at_each(fleet, program, schedule(points, chance)))


def schedule(points: dict[str, int], chance: random.Random) -> list[str]:
    faults = [f"{point}:{chance.randint(1, latest)}:kill" for point, latest in points.items()]
    return chance.sample(faults, len(faults))


async def die_at_each(fleet: Fleet, program: str, faults: list[str]) -> None:
    """Every start has the next fault; dying of it is what makes the next start."""
    platform = fleet.platform
    platform.starts.once[program] = {"FAULT": faults[0]}
    fleet.kill(program)
    for fault, following in zip(faults, [*faults[1:], None], strict=True):
        await eventually(lambda: program not in platform.starts.once, within=STRIKES_WITHIN)
        process = await eventually(lambda: platform.process(program), within=STRIKES_WITHIN)
        if following:
            platform.starts.once[program] = {"FAULT": following}
        try:
            await eventually(lambda dying=process: not alive(dying), within=STRIKES_WITHIN)
        except AssertionError:
            raise AssertionError(f"{program} did not pass {fault}") from None
        fleet.struck(program, fault)


def alive(process: object) -> bool:
    return process.is_running() and process.status() != "zombie"  # pyright: ignore
