"""Beats reach every partition, and nobody takes them for events."""

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import REGISTRY

from chassis import beats as beats_module
from chassis.beats import Beats
from chassis.database import Database
from chassis.topics import ends
from support.ledger import Ledger, caller, in_background, read_log, superuser
from support.waiting import eventually


def beats(ledger: Ledger, pipe: Database) -> Beats:
    return Beats([ledger.accounts_topic], kafka=ledger.kafka, database=pipe)


async def beaten(ledger: Ledger) -> dict[int, list[tuple[bytes | None, bytes | None]]]:
    """Key and value of each partition's records, beats included."""
    topic = ledger.accounts_topic
    partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=ledger.kafka, auto_offset_reset="earliest")
    async with consumer:
        consumer.assign(partitions)
        found: dict[int, list[tuple[bytes | None, bytes | None]]] = {}
        for partition, end in (await consumer.end_offsets(partitions)).items():
            records = found.setdefault(partition.partition, [])
            while await consumer.position(partition) < end:
                got = await consumer.getmany(partition, timeout_ms=500)
                records += [(each.key, each.value) for each in got.get(partition, [])]
        return found


async def test_every_partition_gets_one_an_hour(
    ledger: Ledger, pipe: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = beats(ledger, pipe)
    for _ in range(3):
        await keeper.turn()
    one = [(b"cairn.beat", b"{}")]
    assert await beaten(ledger) == {0: one, 1: one, 2: one}
    monkeypatch.setattr(beats_module, "EVERY", 0.0)
    await keeper.turn()
    assert await beaten(ledger) == dict.fromkeys(range(3), one * 2)
    assert await read_log(ledger.kafka, ledger.accounts_topic) == []


async def test_a_consumer_passes_over_them(ledger: Ledger, app: Database, pipe: Database) -> None:
    topic = ledger.accounts_topic.name

    def counted() -> float:
        labels = {"topic": topic, "outcome": "handled"}
        return REGISTRY.get_sample_value("cairn_handled_total", labels) or 0

    async def caught_up() -> bool:
        async with pipe.connection() as connection:
            rows = await connection.fetch(
                "select partition, next from cairn.positions where topic = $1", topic
            )
        log = await ends(ledger.kafka, [ledger.accounts_topic])
        return {(topic, row["partition"]): row["next"] for row in rows} == log

    await ledger.opened(app, caller())
    consumer = await ledger.consumer(pipe)
    relay = ledger.relay()
    async with in_background(relay.run, consumer.run):
        await eventually(lambda: counted() == 1)
        await eventually(caught_up)
    assert counted() == 1
    watching = await superuser(ledger.dsn)
    assert await watching.fetchval("select count(*) from cairn.dead_letters") == 0
    await watching.close()


async def test_the_elected_relay_writes_them(ledger: Ledger, pipe: Database) -> None:
    watching = await superuser(ledger.dsn)
    await watching.execute("delete from cairn.beats")
    async with in_background(ledger.relay(beats(ledger, pipe).run).run):
        await eventually(lambda: watching.fetchval("select beaten_at from cairn.beats"))
    await watching.close()
