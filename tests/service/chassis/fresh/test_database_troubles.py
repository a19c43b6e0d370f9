"""What is the database's fault parks nothing, and what is too much at once is done in parts."""

import asyncio

import asyncpg
import pytest

from chassis.database import Connection, Database
from chassis.events import Batch, Event
from chassis.hearing import Hearing
from support.ledger import (
    Account,
    Ledger,
    in_background,
)
from support.sent import Sent, caught_up, effects

pytestmark = pytest.mark.usefixtures("hasty")


async def test_a_full_disk_parks_nothing(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    """It is no event's fault; and what would be parked is small enough to find room."""
    await watching.execute(
        """
        create function is_full() returns trigger language plpgsql as
            $$ begin raise exception 'no room' using errcode = 'disk_full'; end $$;
        create trigger full_disk before insert on effects execute function is_full()
        """
    )
    await sent.event(sent.account())
    consumer = await ledger.consumer(pipe)
    refused = asyncio.Event()

    async def note_attempt(_: Event[Account]) -> None:
        refused.set()

    ledger.paid_hook = note_attempt
    async with in_background(consumer.run):
        await asyncio.wait_for(refused.wait(), 20)
        await asyncio.sleep(1)  # longer than the attempts at one that fails otherwise
        await watching.execute("drop trigger full_disk on effects")
        await caught_up(pipe, ledger)
    assert len(await effects(watching)) == 1
    assert await watching.fetchval("select count(*) from cairn.dead_letters") == 0


async def test_a_batch_that_is_too_slow_is_handled_in_parts(
    ledger: Ledger, sent: Sent, watching: asyncpg.Connection
) -> None:
    class Slow(Hearing):
        async def apply(self, connection: Connection, events: Batch) -> None:
            await connection.execute("select pg_sleep($1)", 0.05 * len(events))
            await super().apply(connection, events)

    for _ in range(20):
        await sent.event(sent.account())
    async with Database.open(ledger.dsn.pipe, name="test", statement_timeout="400") as hurried:
        consumer = await ledger.consumer(hurried, hearing=Slow)
        async with in_background(consumer.run):
            await caught_up(hurried, ledger)
    assert len(await effects(watching)) == 20


@pytest.mark.parametrize("error", [asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError])
async def test_a_batch_that_holds_too_many_locks_is_handled_in_parts(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    error: type[Exception],
) -> None:
    """Whole, it would meet the commands that take them in another order again and again."""

    class Greedy(Hearing):
        async def apply(self, connection: Connection, events: Batch) -> None:
            if len(events) > 3:
                raise error
            await super().apply(connection, events)

    for _ in range(10):
        await sent.event(sent.account())
    consumer = await ledger.consumer(pipe, hearing=Greedy)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert len(await effects(watching)) == 10


async def test_the_database_may_restart(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    consumer = await ledger.consumer(pipe)
    accounts = [sent.account() for _ in range(30)]
    async with in_background(consumer.run):
        for place, account in enumerate(accounts):
            await sent.event(account)
            if place % 5 == 0:
                await watching.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where usename = 'ledger_pipe'"
                )
        await caught_up(pipe, ledger)
    assert len(await effects(watching)) == 30
    assert await watching.fetchval("select count(*) from cairn.dead_letters") == 0
