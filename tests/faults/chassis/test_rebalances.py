"""F22: members that join and leave all the time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import pytest

from chassis import consumer as consumer_module
from chassis.database import Database
from support.databases import ServiceDatabase
from support.experiments import Experiment
from support.ledger import Ledger, in_background, producing
from support.payments import Payments
from support.sent import sent_for
from support.verdict import judged
from support.waiting import eventually

PARTITIONS = 12
MEMBERS = 4
SESSION = 6000  # milliseconds that the partitions of a member lie idle who does not come back


@pytest.fixture
async def ledger(database: Callable[[str], Awaitable[ServiceDatabase]], kafka: str) -> Ledger:
    ledger = Ledger(await database("ledger"), kafka, partitions=PARTITIONS)
    await ledger.prepare()
    return ledger


class Group:
    """The replicas of a service's consumer; each keeps its name when it comes back."""

    def __init__(self, ledger: Ledger, pipe: Database) -> None:
        self.ledger = ledger
        self.pipe = pipe
        self.present: dict[int, asyncio.Task[None]] = {}

    async def join(self, member: int) -> None:
        consumer = await self.ledger.consumer(self.pipe, instance=str(member))
        self.present[member] = asyncio.create_task(consumer.run())

    async def leave(self, member: int) -> None:
        task = self.present.pop(member)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.experiment("F22")
@pytest.mark.parametrize(
    "seconds", [pytest.param(6, id="short"), pytest.param(300, id="long", marks=pytest.mark.long)]
)
async def test_a_storm_of_rebalances_doubles_nothing_and_keeps_the_order(
    ledger: Ledger,
    app: Database,
    pipe: Database,
    watching: asyncpg.Connection,
    experiment: Experiment,
    seconds: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer_module, "SESSION", SESSION)
    monkeypatch.setattr(consumer_module, "HEARTBEAT", SESSION // 4)
    async with producing(ledger.kafka) as producer:
        sent = await sent_for(ledger, producer, watching)
    payments = Payments(ledger, app, experiment.chance, sent.owner)
    await payments.open(3 * PARTITIONS)
    group, over = Group(ledger, pipe), asyncio.Event()
    relay = ledger.relay()
    async with in_background(relay.run):
        live = asyncio.create_task(payments.until(over, clients=2))
        await group.join(0)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            member = experiment.chance.randrange(MEMBERS)
            experiment.did("leaves" if member in group.present else "joins")
            await (group.leave if member in group.present else group.join)(member)
            await asyncio.sleep(experiment.chance.uniform(0.5, 1.5))
        over.set()
        await live
        experiment.commands = payments.acknowledged.total()
        calm = time.monotonic()
        for member in {0, 1} - group.present.keys():
            await group.join(member)
        await eventually(lambda: watching.fetchval("select count(*) = 0 from cairn.outbox"))
        experiment.violations += await judged(ledger, watching, payments.acknowledged)
        experiment.recovery = time.monotonic() - calm
        for member in list(group.present):
            await group.leave(member)
