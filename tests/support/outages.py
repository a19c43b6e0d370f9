"""Taking away for a while what the platform stands on: the broker, the database, a connection."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import asyncpg

from support.fleet import Fleet
from support.waiting import eventually


@asynccontextmanager
async def paused(fleet: Fleet, program: str) -> AsyncGenerator[None]:
    """SIGSTOP, and SIGCONT at the end: its connections live, and nothing answers."""
    fleet.platform.signal(program, signal.SIGSTOP)
    fleet.experiment.did(f"SIGSTOP of {program}")
    try:
        yield
    finally:
        fleet.platform.signal(program, signal.SIGCONT)
        fleet.over()


async def restarted(fleet: Fleet, program: str, number: signal.Signals) -> None:
    """Have a program end by a signal, and wait until it is there again."""
    before = fleet.platform.process(program)
    assert before is not None
    before.send_signal(number)
    fleet.experiment.did(f"{number.name} of {program}")

    def is_another() -> bool:
        now = fleet.platform.process(program)
        return now is not None and now.pid != before.pid

    await eventually(is_another, within=30)


async def broker_listens(fleet: Fleet) -> None:
    """Wait until Kafka takes connections; recovery is counted from here."""
    host, _, port = fleet.platform.settings.kafka.partition(":")

    async def listens() -> bool:
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            return False
        writer.close()
        return True

    await eventually(listens, within=120)
    fleet.over()


async def database_answers(fleet: Fleet) -> None:
    """Wait until PostgreSQL takes connections; recovery is counted from here."""

    async def accepts() -> bool:
        try:
            database = await fleet.platform.database("postgres")
        except (OSError, asyncpg.PostgresError):
            return False
        await database.close()
        return True

    await eventually(accepts, within=60)
    fleet.over()


async def rain(fleet: Fleet, chance: random.Random, *, seconds: float, every: float = 0.05) -> int:
    """End a random connection of the programs to their databases, again and again."""
    database = await fleet.platform.database("postgres")
    fleet.claims_lost = True
    ended = 0
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            rows = await database.fetch(
                "select pid, application_name from pg_stat_activity"
                " where backend_type = 'client backend' and usename <> current_user order by pid"
            )
            if rows:
                row = chance.choice(rows)
                await database.execute("select pg_terminate_backend($1)", row["pid"])
                ended += 1
                name = row["application_name"] or "doorbell"
                fleet.experiment.did(f"end of a connection of {name}")
            await asyncio.sleep(every)
    finally:
        await database.close()
    fleet.over()
    return ended


@asynccontextmanager
async def frozen_backend(fleet: Fleet, application: str) -> AsyncGenerator[None]:
    """SIGSTOP one server process of an application: a peer that is there and says nothing."""
    database = await fleet.platform.database("postgres")
    pid = await database.fetchval(
        "select pid from pg_stat_activity where application_name = $1 order by pid limit 1",
        application,
    )
    await database.close()
    assert pid is not None, f"{application} has no connection"
    os.kill(pid, signal.SIGSTOP)
    fleet.experiment.did(f"SIGSTOP of a backend: {application}")
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        fleet.over()
