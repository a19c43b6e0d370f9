"""Events a second, CPU of an event, latency when idle, memory: each loop in turn, in rounds."""

import asyncio
import random
import statistics
import time
from collections.abc import Sequence

import msgspec

from bench import figures, usage
from bench.consumers.loops import LOOPS
from bench.consumers.stage import Stage, ended_pairing, held
from bench.servers import Servers

BACKLOG = {"sessions": 1500, "gateway": 12_000}  # events
SINGLES = 20  # events that come one by one
IDLE = 1.5  # seconds
GAP = (0.05, 0.5)  # seconds between events that come one by one


class Round(msgspec.Struct, kw_only=True):
    """What one loop gave in one round. CPU is in microseconds an event, latency in ms."""

    loop: str
    service: str
    events_per_second: float
    cpu: float
    postgres_cpu: float
    latencies: list[float]
    idle_cpu: float  # percent of a core
    memory: float  # MiB, after the backlog


async def measure(servers: Servers, rounds: int) -> str:
    """Measure, keep what each round gave, and sum it up in tables."""
    measured: list[Round] = []
    for service, backlog in BACKLOG.items():
        async with Stage.open(service, servers) as stage:
            await _round(stage, "our loop", backlog // 4)  # warms the servers
            for _ in range(rounds):
                measured += [await _round(stage, loop, backlog) for loop in LOOPS]
    figures.keep("consumers", measured)
    return "\n\n".join(_summary(measured, service) for service in BACKLOG)


async def _round(stage: Stage, loop: str, backlog: int) -> Round:
    await stage.skip_to_end()
    async with stage.worker(loop) as pid, stage.producer() as producer:
        idle = usage.cpu_seconds(pid)
        await asyncio.sleep(IDLE)
        idle = usage.cpu_seconds(pid) - idle

        latencies: list[float] = []
        async with stage.telling():
            for _ in range(SINGLES):
                await asyncio.sleep(random.uniform(*GAP))
                record = ended_pairing()
                sent = time.perf_counter()
                await producer.send(record)
                latencies.append((await stage.moved() - sent) * 1000)

        records = [ended_pairing() for _ in range(backlog)]
        end = await stage.position() + backlog
        async with held(pid):
            await producer.send(*records)
            began = time.perf_counter()
            cpu, postgres = usage.cpu_seconds(pid), usage.cpu_seconds(stage.postgres_pid)
        await stage.until(end)
        took = time.perf_counter() - began
        cpu = usage.cpu_seconds(pid) - cpu
        postgres = usage.cpu_seconds(stage.postgres_pid) - postgres
        return Round(
            loop=loop,
            service=stage.service,
            events_per_second=backlog / took,
            cpu=cpu / backlog * 1e6,
            postgres_cpu=postgres / backlog * 1e6,
            latencies=latencies,
            idle_cpu=idle / IDLE * 100,
            memory=usage.memory_mebibytes(pid),
        )


def _summary(measured: Sequence[Round], service: str) -> str:
    ours = statistics.median(
        each.cpu for each in measured if (each.loop, each.service) == ("our loop", service)
    )
    rows: list[list[str]] = []
    for loop in LOOPS:
        rounds = [each for each in measured if (each.loop, each.service) == (loop, service)]
        latencies = [latency for each in rounds for latency in each.latencies]
        cpu = [each.cpu for each in rounds]
        rows.append(
            [
                loop,
                figures.spread([each.events_per_second for each in rounds]),
                figures.spread(cpu),
                f"{statistics.median(cpu) / ours:.2f}x",
                figures.spread([each.postgres_cpu for each in rounds]),
                " / ".join(f"{figures.percentile(latencies, each):.1f}" for each in (50, 99)),
                f"{statistics.median(each.idle_cpu for each in rounds):.1f} %",
                f"{statistics.median(each.memory for each in rounds):.0f}",
            ]
        )
    columns = [
        f"{service}: driven by",
        "events/s",
        "CPU µs an event",
        "to ours",
        "PostgreSQL µs",
        "idle p50 / p99 ms",
        "idle CPU",
        "MiB",
    ]
    return figures.table(columns, rows)
