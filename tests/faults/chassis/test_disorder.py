"""F14: a log in which an account's versions come out of order, twice, or late.

Stale relays can write such a log; a key's first records are in order there all the same. What
holds: a copy ends at the newest version that was ever published, whatever came last. A reaction
acts on a version once, and never on one that is older than one it acted on: the newest wins, and
what comes after it is history. A version that is missing holds nobody up.
"""

from collections.abc import Iterator
from uuid import UUID

import asyncpg
import pytest

from chassis.database import Database
from support.experiments import Experiment
from support.ledger import Account, Ledger, in_background
from support.sent import Sent, copies, effects
from support.verdict import at_rest, copy_violations, effect_violations, log_of
from support.waiting import eventually

ACCOUNTS = 25
VERSIONS = 6


def shuffled(experiment: Experiment) -> list[int]:
    """Every version, most of them out of place, some of them twice."""
    versions = list(range(1, VERSIONS + 1))
    versions += experiment.chance.sample(versions, 2)
    experiment.chance.shuffle(versions)
    return versions


@pytest.mark.experiment("F14")
async def test_the_newest_version_wins_in_whatever_order_they_come(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    experiment: Experiment,
) -> None:
    swapped, gapped = sent.account(), sent.account()
    waits: dict[UUID, Iterator[int]] = {}
    accounts: dict[UUID, Account] = {}
    for _ in range(ACCOUNTS):
        account = sent.account()
        accounts[account.id] = account
        waits[account.id] = iter(shuffled(experiment))

    async def publish(account: Account, version: int) -> None:
        experiment.commands += 1
        balanced = sent.account(id=account.id, balance=version)
        await sent.event(balanced, version)

    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        for version in (2, 3, 1):
            experiment.did("v2, v3, v1")
            await publish(swapped, version)
        for version in (1, 3):
            await publish(gapped, version)
        while waits:
            account_id = experiment.chance.choice(sorted(waits))
            version = next(waits[account_id], None)
            if version is None:
                del waits[account_id]
            else:
                experiment.did("out of order, or twice")
                sent.partition = account_id.int % ledger.accounts_topic.partitions
                await publish(accounts[account_id], version)

        async def gap_is_passed() -> bool:
            return (await copies(watching)).get(gapped.id) == 3

        await eventually(gap_is_passed)
        experiment.did("v2 comes after v3")
        sent.partition = 0
        await publish(gapped, 2)
        log = await log_of(ledger)
        await at_rest(ledger, watching, log)
    experiment.violations += await effect_violations(log, watching)
    experiment.violations += await copy_violations(log, watching)
    acted = await effects(watching)
    assert [version for id_, version in acted if id_ == swapped.id] == [2, 3]
    assert [version for id_, version in acted if id_ == gapped.id] == [1, 3]
