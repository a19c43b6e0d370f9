"""F13: what was published is published again, and handled again, and nothing comes of it."""

import asyncio
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from chassis.database import Database
from chassis.events import read_event
from chassis.hearing import Hearing
from chassis.preparation import births
from support.experiments import Experiment
from support.ledger import SERVICE, Ledger, in_background, read_log
from support.payments import Payments
from support.sent import Sent
from support.verdict import at_rest, judged, log_of
from support.waiting import eventually

PAYMENTS = 80
TOGETHER = 20
AT_ONCE = 100


async def again(producer: AIOKafkaProducer, record: ConsumerRecord[Any, Any]) -> None:
    await producer.send_and_wait(
        record.topic,
        record.value,
        key=record.key,
        headers=list(record.headers),
        partition=record.partition,
    )


@pytest.mark.experiment("F13")
async def test_what_comes_twice_has_no_second_effect(
    ledger: Ledger,
    app: Database,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    producer: AIOKafkaProducer,
    experiment: Experiment,
) -> None:
    payments = Payments(ledger, app, experiment.chance, sent.owner)
    await payments.open(10)
    consumer, relay = await ledger.consumer(pipe), ledger.relay()
    twin = await ledger.consumer(pipe, group="twin")  # reads all that the first one reads
    over = asyncio.Event()
    async with in_background(consumer.run, twin.run, relay.run):
        await payments.many(PAYMENTS)
        await eventually(lambda: watching.fetchval("select count(*) = 0 from cairn.outbox"))
        live = asyncio.create_task(payments.until(over, clients=2))
        log = await read_log(ledger.kafka, ledger.accounts_topic)
        for _ in range(2):
            for start in range(0, len(log), TOGETHER):
                experiment.did("published again, between live payments")
                together = log[start : start + TOGETHER]
                await asyncio.gather(*(again(producer, record) for record in together))
        chosen = experiment.chance.choice(log)
        experiment.did(f"one event {AT_ONCE} times at once")
        await asyncio.gather(*(again(producer, chosen) for _ in range(AT_ONCE)))
        over.set()
        await live
        experiment.commands = payments.acknowledged.total()
        await eventually(lambda: watching.fetchval("select count(*) = 0 from cairn.outbox"))
        await at_rest(ledger, watching, await log_of(ledger))
        await handled_at_once(ledger, pipe, chosen, experiment)
        experiment.violations += await judged(ledger, watching, payments.acknowledged)


async def handled_at_once(
    ledger: Ledger, pipe: Database, record: ConsumerRecord[Any, Any], experiment: Experiment
) -> None:
    """The same event in a hundred transactions at once, with no position's lock before it."""
    subscription = ledger.hears.by_topic[ledger.accounts_topic.name]
    born = await births(pipe, subscription)

    async def handle() -> None:
        hearing = Hearing(subscription, service=SERVICE, births=born)
        async with pipe.transaction() as connection:
            await hearing.apply(connection, [read_event(record, hearing.decode)])

    experiment.did(f"one event in {AT_ONCE} transactions at once")
    await asyncio.gather(*(handle() for _ in range(AT_ONCE)))
