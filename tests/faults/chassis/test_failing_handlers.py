"""F17: a reaction that fails for one tenant and for one account, and heals."""

import time
from collections import Counter
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis import replaying, waiting
from chassis.database import Database
from chassis.events import Event
from chassis.hearing import Hearing
from chassis.preparation import births
from support.experiments import Experiment
from support.ledger import SERVICE, Account, Ledger, in_background
from support.sent import Sent, effects
from support.verdict import copy_violations, effect_violations, log_of
from support.waiting import eventually

EVENTS = 60  # of each kind, and before them as many without faults

BUSY = 1.0  # seconds that a busy machine may add; each failure would add 2.6 if it held them up


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


class Watched:
    """A reaction that fails where it is told to; it notes its attempts, and how late it acts."""

    def __init__(self, sent: Sent) -> None:
        self.sent = sent
        self.tenant: UUID | None = None
        self.accounts: set[UUID] = set()
        self.attempts: Counter[tuple[UUID, int]] = Counter()
        self.late: list[float] = []
        self._published: dict[tuple[UUID, int], float] = {}

    async def publish(self, account: Account, version: int) -> None:
        self._published[account.id, version] = time.monotonic()
        await self.sent.event(account, version)

    async def react(self, event: Event[Account]) -> None:
        this = event.subject, event.version
        self.attempts[this] += 1
        if event.organisation_id == self.tenant or event.subject in self.accounts:
            raise ZeroDivisionError
        self.late.append(time.monotonic() - self._published[this])


@pytest.mark.experiment("F17")
async def test_a_reaction_that_fails_delays_its_own_subject_only(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    experiment: Experiment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(waiting, "POLL", 0.1)
    watched = Watched(sent)
    ledger.paid_hook = watched.react
    failing = uuid4()
    await sent.owns(watching, failing)
    theirs = [sent.account(organisation_id=failing) for _ in range(6)]
    ours = [sent.account() for _ in range(6)]
    sick = sent.account()

    consumer, room = await ledger.consumer(pipe), ledger.room(pipe)
    async with in_background(consumer.run, room.run):
        await eventually(lambda: consumer.problem is None)
        for number in range(EVENTS):
            await watched.publish(theirs[number % 6], 1 + number // 6)
            await watched.publish(ours[number % 6], 1 + number // 6)
        await eventually(lambda: len(watched.late) == 2 * EVENTS)
        usual, watched.late = p99(watched.late), []

        watched.tenant, watched.accounts = failing, {sick.id}
        for number in range(EVENTS):
            experiment.did("fails for a tenant")
            await watched.publish(theirs[number % 6], 1 + (EVENTS + number) // 6)
            await watched.publish(ours[number % 6], 1 + (EVENTS + number) // 6)
        for version in (1, 2, 3):
            experiment.did("fails for an account")
            await watched.publish(sick, version)
        await eventually(lambda: len(watched.late) >= EVENTS)
        ours_late = p99(watched.late)
        experiment.commands = len(watched.attempts)

        await eventually(lambda: watching.fetchval("select count(*) > 8 from cairn.dead_letters"))
        healed, watched.tenant, watched.accounts = time.monotonic(), None, set()
        await eventually(lambda: watching.fetchval("select count(*) = 0 from cairn.waiting"))
        experiment.recovery = time.monotonic() - healed
        if ours_late > 2 * usual + BUSY:
            experiment.violations.append(f"others waited {ours_late:.2f} s, usually {usual:.2f} s")
        most = max(watched.attempts.values())
        if most > waiting.MAX_FAILURES:
            experiment.violations.append(f"{most} attempts at one event")

    await replay_all(ledger, pipe, experiment)
    log = await log_of(ledger)
    experiment.violations += await effect_violations(log, watching)
    experiment.violations += await copy_violations(log, watching)
    assert [version for id_, version in await effects(watching) if id_ == sick.id] == [1, 2, 3]
    print(f"p99 of others {ours_late:.3f} s while it failed, {usual:.3f} s before")


async def replay_all(ledger: Ledger, pipe: Database, experiment: Experiment) -> None:
    """As an operator does who wants every effect, though newer versions are known by now."""
    subscription = ledger.hears.by_topic[ledger.accounts_topic.name]
    hearing = Hearing(subscription, service=SERVICE, births=await births(pipe, subscription))
    parked = await replaying.waiting(pipe)
    done = await replaying.replay(pipe, {ledger.accounts_topic.name: hearing}, parked, force=True)
    experiment.violations += [
        f"replayed, {each.id} {each.outcome}: {each.reason}"
        for each in done
        if each.outcome != "done"
    ]
