"""F26: a backlog, and a consumer that starts; BACKLOG says how many events."""

import asyncio
import os
import time
from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from support.experiments import Experiment
from support.ledger import Ledger
from support.ledger_process import ledger_process
from support.sent import Sent
from support.waiting import eventually

MEGABYTE = 1024 * 1024
MOST_MEMORY = 300 * MEGABYTE
ACCOUNTS = 1000


async def pile_up(ledger: Ledger, sent: Sent, producer: AIOKafkaProducer, count: int) -> None:
    """So many payments, spread over the partitions by their keys."""
    accounts = [sent.account() for _ in range(ACCOUNTS)]
    partitions = ledger.accounts_topic.partitions
    waiting: list[asyncio.Future[object]] = []
    for number in range(count):
        account = accounts[number % ACCOUNTS]
        envelope = ledger.event(account, ledger.change["PAID"], 1 + number // ACCOUNTS)
        waiting.append(
            await producer.send(
                ledger.accounts_topic.name,
                msgspec.json.encode(account),
                key=str(account.id).encode(),
                headers=[(name, text.encode()) for name, text in envelope.headers().items()],
                partition=number % ACCOUNTS % partitions,
            )
        )
        if len(waiting) == 5000:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)


@pytest.mark.experiment("F26")
@pytest.mark.parametrize(
    "count",
    [
        pytest.param(int(os.environ.get("BACKLOG", "1000")), id="short"),
        pytest.param(20_000, id="long", marks=pytest.mark.long),
        pytest.param(1_000_000, id="soak", marks=pytest.mark.soak),
    ],
)
async def test_a_backlog_is_drained(
    ledger: Ledger,
    sent: Sent,
    producer: AIOKafkaProducer,
    watching: asyncpg.Connection,
    experiment: Experiment,
    tmp_path: Path,
    count: int,
) -> None:
    await pile_up(ledger, sent, producer, count)
    experiment.did("a backlog")
    experiment.commands = count
    positions = "select coalesce(sum(next), 0)::bigint from cairn.positions where topic = $1"
    memory: list[int] = []

    async def read() -> int:
        return await watching.fetchval(positions, ledger.accounts_topic.name) or 0

    async with ledger_process(ledger, tmp_path / "ledger.log", owns=False) as running:
        await eventually(read, within=60, every=0.1)
        started, read_before = time.monotonic(), await read()
        live = sent.account(id=uuid4())
        await sent.event(live)

        async def drained() -> bool:
            memory.append(running.process.memory_info().rss)
            return await read() == count + 1

        await eventually(drained, within=count / 100 + 60, every=0.2)
        took = time.monotonic() - started
        busy = running.process.cpu_times().user + running.process.cpu_times().system
        experiment.recovery = took
        await eventually(running.ready)
    rate = (count - read_before) / took
    print(
        f"{rate:,.0f} events/s, each with a copy and an effect; {1000 * busy / count:.2f} ms of CPU"
        f" each; at most {max(memory) / MEGABYTE:.0f} MB; an event published meanwhile took at most"
        f" {took:.1f} s"
    )
    made = await watching.fetchval("select count(*) from effects")
    distinct = await watching.fetchval("select count(distinct event_id) from effects")
    if (made, distinct) != (count + 1, count + 1):
        experiment.violations.append(f"{made} effects, {distinct} distinct, of {count + 1} events")
    if max(memory) > MOST_MEMORY:
        experiment.violations.append(f"{max(memory) / MEGABYTE:.0f} MB of memory")
