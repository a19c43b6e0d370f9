"""The same history, projected and merely copied, in rounds: how fast, and with how much CPU."""

import asyncio
import statistics
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg
import msgspec

from bench import figures
from bench.consumers.stage import ORGANISATION, PATIENCE, count, held
from bench.projecting import limit
from bench.rebuilding.log import fill
from bench.servers import Servers
from bench.usage import Clock
from bench.workers import worker
from chassis.preparation import prepare
from chassis.subscriptions import Subscriptions
from chassis.topics import ends
from contracts.catalogue import topics_heard_by
from gateway.main import MIGRATIONS

EVENTS = 20_000
WARMING = 2  # turns before those that count
LIMIT, PROJECTOR = "fetch, decode, COPY", "the projector"

Turn = Callable[[], Awaitable["Projected"]]


class Projected(msgspec.Struct, kw_only=True):
    """What it took to get a history out of the log. CPU is in microseconds an event."""

    by: str
    events_per_second: float
    cpu: float
    postgres_cpu: float


async def measure(servers: Servers, rounds: int) -> str:
    """Measure, keep what each round gave, and sum it up in a table."""
    dsns = await servers.database("gateway")
    await prepare(
        owner_dsn=dsns["owner"],
        kafka=servers.kafka,
        migrations=MIGRATIONS,
        publishes=(),
        hears=topics_heard_by("gateway"),
        subscriptions=Subscriptions(),
    )
    measured: list[Projected] = []
    async with _projector(servers, dsns) as projector:
        for _ in range(WARMING):
            await projector()
        for _ in range(rounds):
            starts = await ends(servers.kafka, topics_heard_by("gateway"))
            measured += [await projector(), await _limit(servers, dsns, starts)]
    figures.keep("projection", measured)
    return _summary(measured)


def _summary(measured: Sequence[Projected]) -> str:
    by = {name: [each for each in measured if each.by == name] for name in (LIMIT, PROJECTOR)}
    reached = [
        ours.events_per_second / most.events_per_second
        for ours, most in zip(by[PROJECTOR], by[LIMIT], strict=True)
    ]
    rows = [
        [
            name,
            figures.spread([each.events_per_second for each in rounds]),
            figures.spread([each.cpu for each in rounds], 1),
            figures.spread([each.postgres_cpu for each in rounds], 1),
        ]
        for name, rounds in by.items()
    ]
    columns = ["projected by", "events/s", "CPU µs an event", "PostgreSQL µs"]
    return (
        figures.table(columns, rows)
        + f"\n\nThe projector's rate is {statistics.median(reached):.2f} of the limit's."
    )


@asynccontextmanager
async def _projector(servers: Servers, dsns: Mapping[str, str]) -> AsyncGenerator[Turn]:
    """The process as it runs in earnest, all its topics in one."""
    watching = await asyncpg.connect(dsns["superuser"])

    async def position() -> int:
        return await count(watching, "select sum(next)::bigint from cairn.positions")

    partitions = sum(topic.partitions for topic in topics_heard_by("gateway"))
    try:
        async with servers.running("gateway", "project", dsns) as projector:
            async with asyncio.timeout(PATIENCE):
                while await count(watching, "select count(*) from cairn.positions") < partitions:
                    await asyncio.sleep(0.05)

            async def turn() -> Projected:
                end = await position() + EVENTS
                async with held(projector.pid):
                    await fill(servers.kafka, EVENTS, ORGANISATION)
                    clock = Clock(projector.pid, servers.postgres_pid)
                async with asyncio.timeout(PATIENCE):
                    while await position() < end:
                        await asyncio.sleep(0.01)
                return _read(PROJECTOR, clock)

            yield turn
    finally:
        await watching.close()


async def _limit(
    servers: Servers, dsns: Mapping[str, str], starts: Mapping[tuple[str, int], int]
) -> Projected:
    async with worker("bench.projecting.limit", dsns["superuser"], servers.kafka) as copying:
        await copying.hear()
        clock = Clock(copying.pid, servers.postgres_pid)
        order = limit.Order(EVENTS, [(*where, offset) for where, offset in starts.items()])
        copying.tell(msgspec.json.encode(order).decode())
        async with asyncio.timeout(PATIENCE):
            await copying.hear()
        return _read(LIMIT, clock)


def _read(by: str, clock: Clock) -> Projected:
    took, (cpu, postgres) = clock.read()
    return Projected(
        by=by,
        events_per_second=EVENTS / took,
        cpu=cpu / EVENTS * 1e6,
        postgres_cpu=postgres / EVENTS * 1e6,
    )
