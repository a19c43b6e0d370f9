"""F34: additive migrations while commands run, the relay publishes and the consumer handles."""

import asyncio
import shutil
from pathlib import Path

import asyncpg
import pytest

from chassis.database import Database
from chassis.migrations import apply_migrations
from support.experiments import Experiment
from support.ledger import MIGRATIONS, Ledger, in_background
from support.payments import Payments
from support.sent import Sent
from support.verdict import judged
from support.waiting import eventually

ADDITIONS = {
    "a column": "alter table accounts add column colour text not null default 'grey'",
    "a column of the copies": "alter table account_copies add column seen timestamptz",
    "a table": "create table limits (organisation_id uuid not null, id uuid not null,"
    " primary key (organisation_id, id)); select cairn.protect('limits')",
    "a generated column": "alter table accounts add column owner_id uuid"
    " generated always as ((state ->> 'owner_id')::uuid) stored",
    "a generated column of the copies": "alter table account_copies add column owner_id uuid"
    " generated always as ((state ->> 'owner_id')::uuid) stored",
    "a column of effects": "alter table effects add column noted_at timestamptz default now()",
}
BETWEEN = 15  # payments between two migrations, so that connections have learned the last one


def add_migration(folder: Path, statement: str) -> None:
    last = max(path.stem for path in folder.glob("*.sql"))
    number = int(last.split("_")[1]) + 1
    (folder / f"ledger_{number:04}_pre_addition.sql").write_text(
        f"-- An addition\n-- depends: {last}\n\n-- migrate: apply\n\n{statement};\n\n"
        "-- migrate: rollback\n"
    )


@pytest.mark.experiment("F34")
async def test_nobody_notices_an_additive_migration(
    ledger: Ledger,
    app: Database,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    experiment: Experiment,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    payments = Payments(ledger, app, experiment.chance, sent.owner)
    await payments.open(12)
    over = asyncio.Event()
    consumer, relay, room = await ledger.consumer(pipe), ledger.relay(), ledger.room(pipe)
    async with in_background(consumer.run, relay.run, room.run):
        live = asyncio.create_task(payments.until(over, clients=6))
        for what, statement in ADDITIONS.items():
            before = payments.acknowledged.total()
            await eventually(lambda before=before: payments.acknowledged.total() > before + BETWEEN)
            experiment.did(what)
            add_migration(folder, statement)
            await apply_migrations(ledger.dsn.owner, [folder])
        before = payments.acknowledged.total()
        await eventually(lambda: payments.acknowledged.total() > before + BETWEEN)
        over.set()
        await live
        experiment.commands = payments.acknowledged.total()
        experiment.violations += await judged(ledger, watching, payments.acknowledged)
    experiment.violations += [f"a client was told {error}" for error in payments.errors]
