"""F5: programs are killed at random moments, and nothing is lost, doubled or disordered.

KILLS says how many; `make soak` asks for a thousand, which takes the better part of an hour.
MINUTES ends a storm earlier.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from support.experiments import Experiment
from support.fleet import Fleet, under_load
from support.rebuilding import judge_rebuild
from support.running import RunningPlatform

pytestmark = pytest.mark.platform

VICTIMS = ("profiles", "matching", "sessions", "notifications", "projector")
LONGEST_PAUSE = 1.5  # seconds between two kills
UNREADY = 0.25  # the share of programs that are killed though they have only just been started
WEATHER = {"kafka": signal.SIGKILL, "postgres": signal.SIGQUIT}  # strikes once in so many rounds:
ROUNDS = 8


@pytest.mark.long
@pytest.mark.experiment("F5 squall")
async def test_a_few_kills(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path
) -> None:
    async with under_load(platform, experiment, tmp_path) as fleet:
        await storm(fleet, VICTIMS, kills=2 * len(VICTIMS))


@pytest.mark.soak
@pytest.mark.experiment("F5 storm")
async def test_a_thousand_kills(
    platform: RunningPlatform, experiment: Experiment, tmp_path: Path
) -> None:
    async with under_load(platform, experiment, tmp_path) as fleet:
        await storm(fleet, (*VICTIMS, "kafka", "postgres"), int(os.environ.get("KILLS", "1000")))
    experiment.violations += await judge_rebuild(platform)


async def storm(fleet: Fleet, victims: tuple[str, ...], kills: int) -> None:
    """Kill one program after another, in rounds, most when they have come so far as to work."""
    chance, started = fleet.experiment.chance, time.monotonic()
    killed: Counter[str] = Counter()
    minutes = float(os.environ.get("MINUTES", "inf"))
    while killed.total() < kills and time.monotonic() - started < 60 * minutes:
        for program in chance.sample(victims, len(victims)):
            await asyncio.sleep(chance.random() * LONGEST_PAUSE)
            if await strike(fleet, program):
                killed[program] += 1
                if killed.total() % 50 == 0:
                    tell(fleet, killed, started)
    assert set(killed) == set(victims)


async def strike(fleet: Fleet, program: str) -> bool:
    number, chance = WEATHER.get(program), fleet.experiment.chance
    if number is None:
        soon = chance.random() < UNREADY
        return (soon or await fleet.platform.ready(program)) and fleet.kill(program)
    if chance.randrange(ROUNDS) or not fleet.platform.signal(program, number):
        return False
    fleet.claims_lost = True
    fleet.struck(program, number.name)
    return True


def tell(fleet: Fleet, killed: Counter[str], started: float) -> None:
    acknowledged = len(fleet.load.journal.acknowledged)
    minutes = (time.monotonic() - started) / 60
    print(f"{killed.total()} kills, {acknowledged} commands, {minutes:.0f} min", flush=True)
