"""Whatever is killed, an acknowledged command has its effect once everywhere, and none is new."""

import asyncio
import os
import random
from contextlib import suppress
from pathlib import Path

import pytest

from cairn_local import supervisor
from support.journal import Journal, read_journals
from support.load import Load
from support.oracle import at_rest, judge
from support.running import RunningPlatform
from support.waiting import eventually

COMMANDS = int(os.environ.get("COMMANDS", "1000"))
CLIENTS = 16
VICTIMS = ("profiles", "matching", "sessions", "notifications", "projector")
MENTORS, MENTEES = 24, 64


async def test_random_kills_lose_nothing_and_double_nothing(
    platform: RunningPlatform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seed = int(os.environ.get("SEED", random.randrange(2**32)))
    print(f"SEED={seed}")
    monkeypatch.setattr(supervisor, "FIRST_DELAY", 0.1)
    monkeypatch.setattr(supervisor, "STEADY", 0.0)  # a restart never waits longer than that
    load = Load(platform, random.Random(seed), Journal(tmp_path / "journal"))
    await load.set_up(mentors=MENTORS, mentees=MENTEES)

    killed: list[str] = []
    killer = asyncio.create_task(kill_at_random(platform, random.Random(seed + 1), killed))
    free = list(load.mentees)

    async def client() -> None:
        while len(load.journal.acknowledged) < COMMANDS:
            mentee = free.pop(load.chance.randrange(len(free)))
            await load.relationship(load.chance.choice(load.mentors), mentee)
            free.append(mentee)

    try:
        async with asyncio.TaskGroup() as clients:
            for _ in range(CLIENTS):
                clients.create_task(client())
    finally:
        killer.cancel()
        with suppress(asyncio.CancelledError):
            await killer

    for program in VICTIMS:
        await eventually(lambda program=program: platform.ready(program), within=60)
    await eventually(lambda: at_rest(platform), within=120, every=0.5)
    journal = read_journals([load.journal.path])
    verdict = await judge(
        platform,
        load.organisation_id,
        journal,
        senders_died=killed.count("notifications"),
    )
    print(
        f"{len(journal)} commands, {len(killed)} kills, {verdict.events} events,"
        f" {verdict.repeats} repeated in the log, attempts {dict(load.attempts)}"
    )
    assert set(killed) == set(VICTIMS)
    assert verdict.violations + load.dishonest == []


async def kill_at_random(
    platform: RunningPlatform, chance: random.Random, killed: list[str]
) -> None:
    """Kill one program after another, in rounds, each when it has come so far as to work."""
    while True:
        for program in chance.sample(VICTIMS, len(VICTIMS)):
            await asyncio.sleep(chance.random() * 3)
            if await platform.ready(program) and platform.kill(program):
                killed.append(program)
