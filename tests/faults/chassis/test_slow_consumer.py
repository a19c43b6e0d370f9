"""F21: a reaction that is slower than what comes in, and slower than the group's patience."""

import asyncio
import time

import asyncpg
import pytest

from chassis import consumer as consumer_module
from chassis import metrics
from chassis.database import Database
from chassis.events import Event
from support.experiments import Experiment
from support.ledger import Account, Ledger, in_background
from support.sent import Sent, effects_are
from support.verdict import copy_violations, effect_violations, log_of
from support.waiting import eventually

EVENTS = 40
SLOW = 0.1  # seconds for each
POLL_INTERVAL = 1.5  # seconds; all at once would take EVENTS * SLOW


@pytest.mark.experiment("F21")
async def test_a_slow_reaction_keeps_its_partitions_and_says_how_far_behind_it_is(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    experiment: Experiment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer_module, "MAX_POLL_INTERVAL", int(POLL_INTERVAL * 1000))
    monkeypatch.setattr(consumer_module, "LONGEST_TURN", POLL_INTERVAL / 3)
    monkeypatch.setattr(consumer_module, "FIRST_RECORDS", 5)
    monkeypatch.setattr(consumer_module, "PATIENCE", POLL_INTERVAL)

    async def slowly(_: Event[Account]) -> None:
        experiment.did("a slow reaction")
        await asyncio.sleep(SLOW)

    ledger.paid_hook = slowly
    consumer = await ledger.consumer(pipe)
    assigned: list[float] = []
    on_assigned = consumer.on_partitions_assigned

    async def note_assigned(partitions: object) -> None:
        assigned.append(time.monotonic())
        await on_assigned(partitions)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(consumer, "on_partitions_assigned", note_assigned)
    lags: list[float] = []
    problems: set[str | None] = set()
    async with in_background(consumer.run):
        await eventually(lambda: consumer.problem is None)
        for number in range(EVENTS):
            sent.partition = number % ledger.accounts_topic.partitions
            await sent.event(sent.account())
        experiment.commands = EVENTS

        async def done() -> bool:
            problems.add(consumer.problem)
            lags.append(metrics.CONSUMER_LAG.labels(ledger.accounts_topic.name)._value.get())
            return await effects_are(watching, EVENTS)

        await eventually(done, within=60)
    log = await log_of(ledger)
    experiment.violations += await effect_violations(log, watching)
    experiment.violations += await copy_violations(log, watching)
    if len(assigned) != 1:
        experiment.violations.append(f"partitions were given {len(assigned)} times")
    if len(set(lags)) < 5:
        experiment.violations.append(f"the lag was told as {sorted(set(lags))} only")
    if problems != {None}:
        experiment.violations.append(f"it progressed and said {problems}")
