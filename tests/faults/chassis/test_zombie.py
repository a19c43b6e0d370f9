"""F23: a consumer that is frozen for longer than its session; it wakes when another took over.

At K1 it has read records and not begun. At K3, the worst point, its transaction is open, holds the
position's lock, and all effects of the batch are written: what frees the lock is the end of the
database's patience with it.
"""

import asyncio
import signal
import time
from pathlib import Path

import asyncpg
import psutil
import pytest

from chassis.database import Database
from support.experiments import Experiment
from support.ledger import Ledger
from support.ledger_process import ledger_process
from support.payments import Payments
from support.sent import Sent
from support.verdict import judged
from support.waiting import eventually

SESSION = 6000  # milliseconds, the least that a broker takes
SILENCE = 5000  # milliseconds of an open transaction
PAYMENTS = 60


@pytest.mark.experiment("F23")
@pytest.mark.long
@pytest.mark.parametrize("point", ["K1", "K3"])
async def test_a_frozen_consumer_writes_nothing_when_it_wakes(
    ledger: Ledger,
    app: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    experiment: Experiment,
    tmp_path: Path,
    point: str,
) -> None:
    payments = Payments(ledger, app, experiment.chance, sent.owner)
    await payments.open(6)
    at = experiment.chance.randrange(2, 8)
    experiment.did(f"frozen at {point}, passed for the {at}. time")
    constants = {
        "chassis.consumer.SESSION": SESSION,
        "chassis.consumer.HEARTBEAT": 1500,
        "chassis.database.LONGEST_SILENCE": SILENCE,
    }
    async with (
        ledger_process(
            ledger,
            tmp_path / "first.log",
            constants=constants,
            environment={"FAULT": f"{point}:{at}:stop"},
        ) as zombie,
        ledger_process(ledger, tmp_path / "second.log", instance="1", constants=constants) as heir,
    ):
        over = asyncio.Event()
        live = asyncio.create_task(payments.until(over, clients=1))

        async def frozen() -> bool:
            return zombie.process.status() == psutil.STATUS_STOPPED

        await eventually(frozen, within=40)
        stopped = time.monotonic()
        over.set()
        await live
        experiment.commands = payments.acknowledged.total()
        experiment.violations += await judged(ledger, watching, payments.acknowledged)
        experiment.recovery = time.monotonic() - stopped
        before = await watching.fetchval("select count(*) from effects")
        experiment.did("woken")
        zombie.process.send_signal(signal.SIGCONT)
        await payments.many(PAYMENTS, clients=4)
        await eventually(zombie.ready, within=30)
        assert await heir.ready()
        experiment.violations += await judged(ledger, watching, payments.acknowledged)
        after = await watching.fetchval("select count(*) from effects")
        assert (after or 0) - (before or 0) == PAYMENTS
