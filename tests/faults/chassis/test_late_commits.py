"""F12: transactions that commit in another order than they wrote in, and some that never do."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from chassis.database import Database
from chassis.ids import new_id
from chassis.unit import Cause, Unit
from support.experiments import Experiment
from support.ledger import SERVICE, Ledger, in_background
from support.payments import Payments
from support.sent import ORGANISATION, Sent
from support.verdict import judged
from support.waiting import eventually

WRITERS = 16
EACH = 15
LATEST = 0.010  # seconds between the last write and the commit, at most


class Undone(Exception):  # noqa: N818
    """The transaction ends in nothing."""


@pytest.mark.experiment("F12")
async def test_late_commits_lose_nothing_and_keep_each_accounts_order(
    ledger: Ledger,
    app: Database,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    experiment: Experiment,
) -> None:
    payments = Payments(ledger, app, experiment.chance, sent.owner)
    *accounts, held = await payments.open(9)

    async def pay_late(account: UUID, *, late: float, fails: bool = False) -> None:
        async with app.tenant(ORGANISATION) as connection:
            cause = Cause(causation_id=new_id(), correlation_id=new_id(), actor="service:test")
            unit = Unit(connection, service=SERVICE, organisation_id=ORGANISATION, cause=cause)
            state = await ledger.accounts.locked(unit, account)
            await ledger.accounts.save(unit, state, ledger.change["PAID"])
            await unit.flush()
            await asyncio.sleep(late)
            if fails:
                raise Undone
        payments.acknowledged[account] += 1

    async def writer() -> None:
        for _ in range(EACH):
            account = experiment.chance.choice(accounts)
            late, fails = experiment.chance.random() * LATEST, experiment.chance.random() < 0.1
            experiment.did("rolled back" if fails else "late commit")
            try:
                await pay_late(account, late=late, fails=fails)
            except Undone:
                continue
            experiment.commands += 1

    consumer, relay = await ledger.consumer(pipe), ledger.relay()
    async with in_background(consumer.run, relay.run):
        experiment.did("one transaction stays open")
        async with app.tenant(ORGANISATION) as open_long:
            await open_long.execute("select from accounts where id = $1 for update", held)
            await open_long.execute(
                "insert into cairn.outbox (organisation_id, lane, topic, key, headers)"
                " values ($1, 0, 'never.committed', $2, '{}')",
                ORGANISATION,
                held,
            )
            await asyncio.gather(*(writer() for _ in range(WRITERS)))

            async def all_heard() -> bool:
                heard = await watching.fetchval("select count(*) from effects")
                return heard == experiment.commands

            await eventually(all_heard)  # nobody has waited for the open one
            await open_long.execute("delete from cairn.outbox where topic = 'never.committed'")
        experiment.violations += await judged(ledger, watching, payments.acknowledged)
