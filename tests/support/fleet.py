"""An experiment on the whole platform: clients work while faults strike, then it is judged."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.bounds import PROGRAMS, Held, held, judge_bounds
from support.experiments import Experiment
from support.journal import Journal, read_journals
from support.load import Load, Refused, Unanswered
from support.oracle import at_rest, judge
from support.running import RunningPlatform
from support.waiting import eventually
from support.witness import ready_again

UNDER_WAY = 3.0  # seconds after which no living sender still works on a claim
SETTLES = 180.0  # seconds within which all is well again, at the very latest


@dataclass
class Fleet:
    """What an experiment works with while its clients work."""

    platform: RunningPlatform
    experiment: Experiment
    load: Load
    senders_died: int = 0
    claims_lost: bool = False  # a sender may have claimed what it does not know of
    ended: float = field(default_factory=time.monotonic)  # when the last fault was over

    def kill(self, program: str) -> bool:
        if not self.platform.kill(program):
            return False
        self.struck(program, "kill -9")
        return True

    def struck(self, program: str, fault: str) -> None:
        self.experiment.did(f"{fault} of {program}")
        if program == "notifications":
            self.senders_died += 1
            self.claims_lost = True
        self.ended = time.monotonic()

    def over(self) -> None:
        """The fault has ended; from now on it is the platform's to recover."""
        self.ended = time.monotonic()


@asynccontextmanager
async def under_load(
    platform: RunningPlatform, experiment: Experiment, folder: Path, *, clients: int = 8
) -> AsyncGenerator[Fleet]:
    """Clients work for as long as the block runs; after it the platform recovers and is judged."""
    load = Load(platform, random.Random(experiment.seed + 1), Journal(folder / "journal"))
    await ready_again(platform, PROGRAMS, within=60)
    before = await held(platform)
    await load.set_up(mentors=clients, mentees=2 * clients)
    fleet = Fleet(platform, experiment, load)
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(_client(load, enough))
        try:
            yield fleet
        finally:
            enough.set()
    await _judge(fleet, before)


async def _client(load: Load, enough: asyncio.Event) -> None:
    while not enough.is_set():
        if not load.mentees:  # some have been erased
            await asyncio.sleep(0.05)
            continue
        mentee = load.mentees.pop(load.chance.randrange(len(load.mentees)))
        try:
            await load.relationship(load.chance.choice(load.mentors), mentee)
        except Unanswered:
            continue  # what the mentee is in the middle of is not known
        except Refused:
            pass
        load.mentees.append(mentee)


async def _judge(fleet: Fleet, before: dict[str, Held]) -> None:
    platform, experiment = fleet.platform, fleet.experiment
    await ready_again(platform, PROGRAMS, within=SETTLES)
    if experiment.recovery is None:
        experiment.recovery = time.monotonic() - fleet.ended
    if fleet.claims_lost:
        await end_lost_claims(platform)
    await eventually(lambda: at_rest(platform), within=SETTLES, every=0.5)
    journal = read_journals([fleet.load.journal.path])
    verdict = await judge(
        platform, fleet.load.organisation_id, journal, senders_died=fleet.senders_died
    )
    experiment.commands += len(journal)
    experiment.violations += verdict.violations + fleet.load.dishonest
    experiment.violations += await judge_bounds(platform, before)
    print(
        f"{verdict.events} events, {verdict.repeats} repeated in the log,"
        f" answers {dict(fleet.load.attempts)}"
    )


async def end_lost_claims(platform: RunningPlatform) -> None:
    """What a dead sender had claimed is due at once, and not when its claim of a minute ends."""
    await asyncio.sleep(UNDER_WAY)
    database = await platform.database("notifications")
    await database.execute(
        "update cairn.deliveries set due_at = now()"
        " where settled_at is null and failure is null and attempts > 0"
        " and due_at < now() + make_interval(secs => 60 - $1)",
        UNDER_WAY,
    )
    await database.close()
