"""The checker finds what it is there for: for each invariant a bug, at work while clients work."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from support.bounds import PROGRAMS, held, judge_bounds
from support.journal import Journal, read_journals
from support.judges.evidence import whole_log
from support.judges.walls import judge_walls
from support.load import Load, Refused
from support.oracle import at_rest, judge
from support.planted import BUGS
from support.running import RunningPlatform
from support.waiting import eventually
from support.witness import judge_readiness, ready_again

pytestmark = pytest.mark.platform

HEALTHY = "none"
BY_PROGRAM = {"I7", "I8"}  # these are no organisation's: they are judged by what programs do


async def restart(platform: RunningPlatform, planted: str) -> None:
    platform.starts.planted = planted
    for program in PROGRAMS:
        platform.kill(program)
    await ready_again(platform, PROGRAMS, within=60)


async def work(load: Load) -> None:
    await load.set_up(mentors=1, mentees=2)
    for mentee in load.mentees:
        with suppress(Refused):  # a bug may take away what the next command needs
            await load.relationship(load.mentors[0], mentee)


async def test_every_planted_bug_is_found_and_no_other(
    platform: RunningPlatform, tmp_path: Path
) -> None:
    loads = {
        name: Load(platform, random.Random(name), Journal(tmp_path / name), uuid4())
        for name in (*BUGS, HEALTHY)
    }
    planted = {name: load.organisation_id for name, load in loads.items() if name in BUGS}
    await restart(platform, msgspec.json.encode(planted).decode())
    try:
        before = await held(platform)
        await asyncio.gather(*(work(load) for load in loads.values()))
        await eventually(lambda: at_rest(platform), within=60, every=0.5)
        found = await judge_each(platform, loads)
        wall = await judge_walls(platform, [load.organisation_id for load in loads.values()])
        found["I5"] += wall.violations
        found["I7"] += await judge_bounds(platform, before, within=0)
        lying, honest = await asyncio.gather(
            judge_readiness(platform, "sessions"), judge_readiness(platform, "matching")
        )
        found["I8"] += lying[0]
    finally:
        await restart(platform, "")
    for name, violations in found.items():
        print(f"{name}: {len(violations)} violations, as {violations[:1]}")
    assert found[HEALTHY] == []
    assert honest[0] == []
    assert [name for name in BUGS if not any(v.startswith(f"{name} ") for v in found[name])] == []
    # What one bug does to one organisation does nothing to the others.
    assert found["I7"] == [each for each in found["I7"] if each.startswith("I7")]
    assert found["I8"] == [each for each in found["I8"] if each.startswith("I8")]
    assert {str(planted["I5"])[:8] in each for each in wall.violations} == {True}


async def judge_each(platform: RunningPlatform, loads: dict[str, Load]) -> dict[str, list[str]]:
    log = await whole_log(platform)
    found: dict[str, list[str]] = {}
    for name, load in loads.items():
        journal = read_journals([load.journal.path])
        verdict = await judge(platform, load.organisation_id, journal, log=log)
        found[name] = verdict.violations
    return found
