"""Where a consumer stands: the row in the database decides, whoever else reads or has moved it."""

import asyncio
from typing import Any

import asyncpg
import pytest
from aiokafka.consumer.fetcher import FetchResult
from aiokafka.errors import CorruptRecordException

from chassis import consumer as consumer_module
from chassis.database import Database
from chassis.events import Event
from support.ledger import (
    Account,
    Ledger,
    in_background,
)
from support.sent import Sent, caught_up, copies, effects, effects_are
from support.waiting import eventually

pytestmark = pytest.mark.usefixtures("hasty")


async def test_two_consumers_that_both_think_the_partition_theirs_write_once(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    """In groups of their own both read everything: the database lets one of them write it."""
    first = await ledger.consumer(pipe)
    second = await ledger.consumer(pipe, group="zombie")
    account = sent.account()
    async with in_background(first.run, second.run):
        for version in range(1, 61):
            await sent.event(account, version)
        await caught_up(pipe, ledger)
    assert [version for _, version in await effects(watching)] == list(range(1, 61))


async def test_partitions_that_are_taken_away_while_their_records_are_handled(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    """What was read of them is left to their new owner, and what stays is read on."""
    first = await ledger.consumer(pipe)
    second = await ledger.consumer(pipe, instance="1")
    began, shared = asyncio.Event(), asyncio.Event()

    async def hold(_: Event[Account]) -> None:
        began.set()
        await shared.wait()

    async def send() -> None:
        for place in range(30):
            sent.partition = place % ledger.accounts_topic.partitions
            await sent.event(sent.account())

    ledger.paid_hook = hold
    await send()
    running = asyncio.create_task(first.run())
    async with in_background(lambda: running):
        await began.wait()
        async with in_background(second.run):
            await eventually(lambda: second.problem is None)
            shared.set()
            await eventually(lambda: effects_are(watching, 30))
            await send()
            await eventually(lambda: effects_are(watching, 60))
            assert not running.done()


async def test_an_error_at_one_partition_loses_nothing_of_another(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What aiokafka had taken from the other before the error, it does not give again by itself."""
    taken: set[int] = set()
    failed = asyncio.Event()
    take = FetchResult.getall

    def take_or_fail(result: FetchResult, most: int | None = None) -> Any:
        partition = result._topic_partition.partition
        if partition in taken or failed.is_set():
            return take(result, most)
        if taken:
            failed.set()
            raise CorruptRecordException
        taken.add(partition)
        return take(result, most)

    monkeypatch.setattr(FetchResult, "getall", take_or_fail)
    accounts = [sent.account() for _ in range(20)]
    for place, account in enumerate(accounts):
        sent.partition = place % 2
        await sent.event(account)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await eventually(lambda: effects_are(watching, 20))
    assert failed.is_set()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("next = 1000", "past the log's end"),
        ("cluster = 'another'", "of another Kafka cluster"),
    ],
)
async def test_a_position_that_cannot_be_of_this_log_stops_the_consumer(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    change: str,
    sentence: str,
) -> None:
    await sent.event(sent.account())
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
        assert consumer.problem is None
    await watching.execute(f"update cairn.positions set {change}")
    await sent.event(sent.account())
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await eventually(lambda: consumer.problem is not None and sentence in consumer.problem)
    assert len(await effects(watching)) == 1


async def test_a_position_that_was_moved_back_is_followed(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    """As after a restore under a running consumer: what lies between is read again."""
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        first = [sent.account() for _ in range(3)]
        for account in first:
            await sent.event(account)
        await caught_up(pipe, ledger)
        async with asyncio.timeout(10), pipe.transaction() as connection:
            await connection.execute("update cairn.positions set next = 1")
        await watching.execute("truncate account_copies, effects, cairn.handled")
        last = sent.account()
        await sent.event(last)
        await caught_up(pipe, ledger)
    assert set(await copies(watching)) == {first[1].id, first[2].id, last.id}


async def test_what_the_database_has_lost_is_read_again_though_nothing_new_comes(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As after a crash of a database whose commits do not wait for the disk."""
    monkeypatch.setattr(consumer_module, "COMPARE_EVERY", 0.1)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        accounts = [sent.account() for _ in range(3)]
        for account in accounts:
            await sent.event(account)
        await caught_up(pipe, ledger)
        await watching.execute(
            "update cairn.positions set next = 1; truncate account_copies, effects, cairn.handled"
        )
        await caught_up(pipe, ledger)
    assert set(await copies(watching)) == {accounts[1].id, accounts[2].id}


async def test_a_consumer_that_had_nothing_to_do_is_not_stuck_when_something_comes(
    ledger: Ledger, pipe: Database, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "PATIENCE", 1.0)
    problems: list[str | None] = []
    consumer = await ledger.consumer(pipe)

    async def note_problem(_: Event[Account]) -> None:
        problems.append(consumer.problem)

    ledger.paid_hook = note_problem
    async with in_background(consumer.run):
        await eventually(lambda: consumer.problem is None)
        await asyncio.sleep(1.5)  # longer than its patience
        await sent.event(sent.account())
        await caught_up(pipe, ledger)
    assert problems == [None]
