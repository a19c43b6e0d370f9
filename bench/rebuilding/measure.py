"""A rebuild of the read model from a long log, in a process of its own."""

import asyncio
import sys

import msgspec

from bench import figures, usage
from bench.rebuilding.log import fill
from bench.servers import Servers
from chassis.ids import new_id
from chassis.preparation import prepare
from chassis.subscriptions import Subscriptions
from contracts.catalogue import topics_heard_by
from gateway.main import MIGRATIONS

EVENTS = 1_000_000
AIM = 300  # seconds, for a million


class Round(msgspec.Struct, kw_only=True):
    """CPU is in microseconds an event."""

    events: int
    seconds: float
    events_per_second: float
    switched_in: float  # seconds
    cpu: float
    postgres_cpu: float


async def measure(servers: Servers, rounds: int, *, events: int = EVENTS) -> str:
    """Fill a log once, and rebuild from it in each round."""
    dsns = await servers.database("gateway")
    await prepare(
        owner_dsn=dsns["owner"],
        kafka=servers.kafka,
        migrations=MIGRATIONS,
        publishes=(),
        hears=topics_heard_by("gateway"),
        subscriptions=Subscriptions(),
    )
    await fill(servers.kafka, events, new_id())
    measured = [await _round(servers, dsns) for _ in range(rounds)]
    figures.keep("rebuild", measured)
    columns = ["events", "seconds", "events/s", "CPU µs an event", "PostgreSQL µs", "switch ms"]
    row = [
        f"{measured[0].events:,}",
        f"{figures.spread([each.seconds for each in measured])}; aim {AIM}",
        figures.spread([each.events_per_second for each in measured]),
        figures.spread([each.cpu for each in measured]),
        figures.spread([each.postgres_cpu for each in measured]),
        figures.spread([each.switched_in * 1000 for each in measured]),
    ]
    return figures.table(columns, [row])


async def _round(servers: Servers, dsns: dict[str, str]) -> Round:
    postgres = usage.cpu_seconds(servers.postgres_pid)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.rebuilding.once"),
        *(dsns["owner"], dsns["pipe"], servers.kafka),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    told = msgspec.json.decode(said)
    return Round(
        events=told["events"],
        seconds=told["seconds"],
        events_per_second=told["per_second"],
        switched_in=told["switched_in"],
        cpu=told["cpu"] / told["events"] * 1e6,
        postgres_cpu=(usage.cpu_seconds(servers.postgres_pid) - postgres) / told["events"] * 1e6,
    )
