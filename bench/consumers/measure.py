"""Each loop in turn, in rounds: what it makes of a backlog, and what it is like when idle."""

import asyncio
import random
import statistics
import time
from collections.abc import Sequence

import msgspec

from bench import figures, usage
from bench.consumers.loops import LOOPS
from bench.consumers.stage import Producer, Stage, ended_pairing, held
from bench.servers import Servers

BACKLOG = {"sessions": 1500, "gateway": 6000}  # events
SINGLES = 20  # events that come one by one
GAP = (0.05, 0.5)  # seconds between them
IDLE = 2.0  # seconds without any


class Backlog(msgspec.Struct, kw_only=True):
    """What one loop made of a backlog. CPU is in microseconds an event."""

    loop: str
    service: str
    events_per_second: float
    cpu: float
    postgres_cpu: float
    memory: float  # MiB


class Idle(msgspec.Struct, kw_only=True):
    """What one loop is like when little happens."""

    loop: str
    latencies: list[float]  # ms, from an event's sending until it is committed
    cpu: float  # per cent of a core, while nothing happens


async def measure(servers: Servers, rounds: int) -> str:
    """Measure, keep what each round gave, and sum it up in tables."""
    backlogs: list[Backlog] = []
    idles: list[Idle] = []
    for service, events in BACKLOG.items():
        async with Stage.open(service, servers) as stage:
            await _backlog(stage, "our loop", events // 4)  # warms the servers
            for _ in range(rounds):
                backlogs += [await _backlog(stage, loop, events) for loop in LOOPS]
            if service == "gateway":
                for _ in range(rounds):
                    idles += [await _idle(stage, loop) for loop in LOOPS]
    figures.keep("consumers", {"backlogs": backlogs, "idles": idles})
    return "\n\n".join([*(_summary(backlogs, service) for service in BACKLOG), _idleness(idles)])


async def _backlog(stage: Stage, loop: str, events: int) -> Backlog:
    await stage.skip_to_end()
    async with stage.worker(loop) as pid, stage.producer() as producer:
        await _first_event(stage, producer)
        records = [ended_pairing() for _ in range(events)]
        end = await stage.position() + events
        async with held(pid):
            await producer.send(*records)
            began = time.perf_counter()
            cpu, postgres = usage.cpu_seconds(pid), usage.cpu_seconds(stage.postgres_pid)
        await stage.until(end)
        took = time.perf_counter() - began
        cpu = usage.cpu_seconds(pid) - cpu
        postgres = usage.cpu_seconds(stage.postgres_pid) - postgres
        return Backlog(
            loop=loop,
            service=stage.service,
            events_per_second=events / took,
            cpu=cpu / events * 1e6,
            postgres_cpu=postgres / events * 1e6,
            memory=usage.memory_mebibytes(pid),
        )


async def _idle(stage: Stage, loop: str) -> Idle:
    await stage.skip_to_end()
    async with stage.worker(loop) as pid, stage.producer() as producer:
        await _first_event(stage, producer)
        latencies: list[float] = []
        async with stage.telling():
            for _ in range(SINGLES):
                await asyncio.sleep(random.uniform(*GAP))
                record = ended_pairing()
                sent = time.perf_counter()
                await producer.send(record)
                latencies.append((await stage.moved() - sent) * 1000)
        cpu = usage.cpu_seconds(pid)
        await asyncio.sleep(IDLE)
        cpu = usage.cpu_seconds(pid) - cpu
        return Idle(loop=loop, latencies=latencies, cpu=cpu / IDLE * 100)


async def _first_event(stage: Stage, producer: Producer) -> None:
    """Have a process that has just got its partitions handle one event."""
    end = await stage.position() + 1
    await producer.send(ended_pairing())
    await stage.until(end)


def _summary(measured: Sequence[Backlog], service: str) -> str:
    of = {
        loop: [each for each in measured if (each.loop, each.service) == (loop, service)]
        for loop in LOOPS
    }
    ours = statistics.median(each.cpu for each in of["our loop"])
    rows = [
        [
            loop,
            figures.spread([each.events_per_second for each in rounds]),
            figures.spread([each.cpu for each in rounds]),
            f"{statistics.median(each.cpu for each in rounds) / ours:.2f}x",
            figures.spread([each.postgres_cpu for each in rounds]),
            f"{statistics.median(each.memory for each in rounds):.0f}",
        ]
        for loop, rounds in of.items()
    ]
    columns = [
        f"{service}, driven by",
        "events/s",
        "CPU µs an event",
        "to ours",
        "PostgreSQL µs",
        "MiB",
    ]
    return figures.table(columns, rows)


def _idleness(measured: Sequence[Idle]) -> str:
    rows: list[list[str]] = []
    for loop in LOOPS:
        rounds = [each for each in measured if each.loop == loop]
        latencies = [latency for each in rounds for latency in each.latencies]
        rows.append(
            [
                loop,
                *(f"{figures.percentile(latencies, percent):.1f}" for percent in (50, 90, 99)),
                f"{statistics.median(each.cpu for each in rounds):.1f} %",
            ]
        )
    return figures.table(["idle, driven by", "p50 ms", "p90", "p99", "CPU of a core"], rows)
