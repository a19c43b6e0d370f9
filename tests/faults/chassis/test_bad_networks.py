"""F28: networks that are slow, that slice, that reset in mid-stream, and that swallow all."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from urllib.parse import urlsplit

import asyncpg
import pytest

from chassis import database
from chassis.database import Database
from support.experiments import Experiment
from support.ledger import Ledger, in_background, producing
from support.payments import Payments
from support.proxy import Proxy, proxy
from support.sent import sent_for
from support.verdict import judged
from support.waiting import eventually

HELD = 0.5  # seconds that a fault lasts


def slow(way: Proxy) -> None:
    way.delay = 0.05


def slice_up(way: Proxy) -> None:
    way.sliced = True


def reset(way: Proxy) -> None:
    way.reset_after = 2000


def swallow_sent(way: Proxy) -> None:
    way.silent.set()


def swallow_received(way: Proxy) -> None:
    way.deaf.set()


FAULTS: dict[str, Callable[[Proxy], None]] = {
    "every piece 50 ms late": slow,
    "sliced into single bytes": slice_up,
    "reset in mid-stream": reset,
    "all that is sent is swallowed": swallow_sent,
    "all that is received is swallowed": swallow_received,
    "cut": Proxy.cut,
}


@pytest.fixture
async def ways(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[dict[str, Proxy]]:
    """The ways to the servers. (Whoever watches is there already: it does not go through them.)"""
    postgres = urlsplit(ledger.dsn.app).port or 0
    kafka = int(ledger.kafka.rpartition(":")[2])
    async with proxy(postgres, monkeypatch) as first, proxy(kafka, monkeypatch) as second:
        yield {"postgres": first, "kafka": second}


@pytest.mark.experiment("F28")
async def test_what_a_bad_network_does_is_borne(
    ledger: Ledger,
    watching: asyncpg.Connection,
    ways: dict[str, Proxy],
    experiment: Experiment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "COMMAND_TIMEOUT", 3.0)
    monkeypatch.setattr(database, "ACQUIRE_TIMEOUT", 3.0)
    async with producing(ledger.kafka) as producer:
        sent = await sent_for(ledger, producer, watching)
    async with (
        Database.open(ledger.dsn.app, name="test app") as app,
        Database.open(ledger.dsn.pipe, name="test pipe") as pipe,
    ):
        payments = Payments(ledger, app, experiment.chance, sent.owner)
        await payments.open(6)
        consumer, relay, room = await ledger.consumer(pipe), ledger.relay(), ledger.room(pipe)
        over = asyncio.Event()
        async with in_background(consumer.run, relay.run, room.run):
            await eventually(lambda: consumer.problem is None)
            live = asyncio.create_task(payments.until(over, clients=3))
            whats = [(what, name) for what in FAULTS for name in ways]
            for what, name in experiment.chance.sample(whats, len(whats)):
                experiment.did(f"{name}: {what}")
                FAULTS[what](ways[name])
                await asyncio.sleep(HELD)
                ways[name].heal()
            over.set()
            await live
            calm = time.monotonic()
            experiment.commands = payments.acknowledged.total()
            for way in ways.values():
                way.heal()
            experiment.violations += await judged(ledger, watching, payments.acknowledged)
            experiment.recovery = time.monotonic() - calm
        if app.pool.get_idle_size() != app.pool.get_size():
            experiment.violations.append("a connection of the pool did not come back")
    print(
        f"errors that clients bore: {len(payments.errors)}; resets: "
        f"{sum(way.resets for way in ways.values())}"
    )
