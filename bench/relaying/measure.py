"""The same rows, published by each in turn, in rounds: how fast, and with how much CPU."""

import asyncio
import contextlib
import os
import signal
import statistics
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bench import figures
from bench.consumers.stage import TOPIC, held
from bench.relaying import debezium
from bench.relaying.outbox import Log, Outbox
from bench.servers import Servers
from bench.usage import Clock
from bench.workers import worker
from cairn_local.errors import PlatformError
from chassis.preparation import prepare
from chassis.subscriptions import Subscriptions
from sessions.main import service as sessions

EVENTS = 20_000
LIMIT, RELAY, DEBEZIUM = "aiokafka's batches alone", "our relay", "Debezium"
FIRST = 100  # events before those that count
WARMING = 3  # turns before those that count: Java compiles what it finds itself doing


Turn = Callable[[int], Awaitable["Published"]]


class Published(msgspec.Struct, kw_only=True):
    """What it took to get a backlog into the log. CPU is in microseconds an event."""

    by: str
    events_per_second: float
    cpu: float
    postgres_cpu: float


async def measure(servers: Servers, rounds: int) -> str:
    """Measure, keep what each round gave, and sum it up in a table."""
    measured: list[Published] = []
    async with contextlib.AsyncExitStack() as stack:
        log = await stack.enter_async_context(Log.open(servers.kafka))
        contenders = [_limit, _ours]
        try:
            await asyncio.to_thread(debezium.fetch)
        except PlatformError as error:
            print(f"Debezium is left out: {error}")
        else:
            contenders.append(_debezium)
        turns = [await stack.enter_async_context(each(servers, log)) for each in contenders]
        for turn in turns:
            for _ in range(WARMING):
                await turn(EVENTS // 4)
        for _ in range(rounds):
            measured += [await turn(EVENTS) for turn in turns]
    figures.keep("relay", measured)
    return _summary(measured)


def _summary(measured: Sequence[Published]) -> str:
    of = {
        name: [each for each in measured if each.by == name]
        for name in dict.fromkeys(each.by for each in measured)
    }
    ours = of[RELAY]
    rows = [
        [
            name,
            figures.spread([each.events_per_second for each in rounds]),
            figures.spread([each.cpu for each in rounds], 1),
            figures.spread([each.postgres_cpu for each in rounds], 1),
            _times(ours, rounds, lambda each: each.events_per_second),
            _times(rounds, ours, lambda each: each.cpu),
        ]
        for name, rounds in of.items()
    ]
    columns = ["published by", "events/s", "CPU µs an event", "PostgreSQL µs"]
    return figures.table([*columns, "ours to it, events/s", "it to ours, CPU"], rows)


def _times(
    one: Sequence[Published], other: Sequence[Published], of: Callable[[Published], float]
) -> str:
    """The ratio of two contenders, taken in each round."""
    ratios = [of(a) / of(b) for a, b in zip(one, other, strict=True)]
    return f"{statistics.median(ratios):.2f}x"


@asynccontextmanager
async def _ours(servers: Servers, log: Log) -> AsyncGenerator[Turn]:
    dsns = await _database(servers, "relayed")
    async with (
        Outbox.open(dsns["superuser"]) as outbox,
        worker("bench.relaying.worker", "relay", dsns["pipe"], servers.kafka) as relay,
    ):

        async def turn(count: int) -> Published:
            end = await log.end() + count
            async with outbox.filled(count):
                clock = Clock(relay.pid, servers.postgres_pid)
            await log.until(end)
            await outbox.until_empty()
            return _read(RELAY, clock, count)

        yield turn


@asynccontextmanager
async def _debezium(servers: Servers, log: Log) -> AsyncGenerator[Turn]:
    dsns = await _database(servers, "captured")
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as folder:
        async with (
            Outbox.open(dsns["superuser"]) as outbox,
            debezium.running(dsns["superuser"], servers.kafka, Path(folder)) as pid,
            _follower(outbox, pid),
        ):

            async def turn(count: int) -> Published:
                with _woken(pid):
                    end = await log.end() + FIRST
                    async with outbox.filled(FIRST):  # it looks through what others wrote meanwhile
                        pass
                    await log.until(end)
                    async with outbox.filled(count):
                        clock = Clock(pid, servers.postgres_pid)
                    await log.until(end + count)
                    read = _read(DEBEZIUM, clock, count)
                await outbox.clear()
                return read

            yield turn


@asynccontextmanager
async def _limit(servers: Servers, log: Log) -> AsyncGenerator[Turn]:
    async with worker("bench.relaying.worker", "limit", "", servers.kafka) as limit:

        async def turn(count: int) -> Published:
            end = await log.end() + count
            limit.tell(str(count))
            await limit.hear()
            clock = Clock(limit.pid, servers.postgres_pid)
            limit.tell("now")
            await log.until(end)
            return _read(LIMIT, clock, count)

        yield turn


@asynccontextmanager
async def _follower(outbox: Outbox, pid: int) -> AsyncGenerator[None]:
    """It has begun to follow the database, and is held still except in its turns."""
    await outbox.until_captured()
    async with held(pid):
        yield


@contextlib.contextmanager
def _woken(pid: int) -> Generator[None]:
    os.kill(pid, signal.SIGCONT)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGSTOP)


async def _database(servers: Servers, name: str) -> dict[str, str]:
    """A service's database, with an outbox."""
    dsns = await servers.database(name)
    await prepare(
        owner_dsn=dsns["owner"],
        kafka=servers.kafka,
        migrations=sessions.migrations,  # any service's: it is the outbox that counts
        publishes=[TOPIC],
        hears=(),
        subscriptions=Subscriptions(),
    )
    return dsns


def _read(by: str, clock: Clock, events: int) -> Published:
    took, (cpu, postgres) = clock.read()
    return Published(
        by=by,
        events_per_second=events / took,
        cpu=cpu / events * 1e6,
        postgres_cpu=postgres / events * 1e6,
    )
