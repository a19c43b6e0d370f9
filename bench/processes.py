"""What each process of the platform needs: the time until it is ready, and memory."""

import asyncio
import time
from collections.abc import Mapping, Sequence

import httpx2
import msgspec
import psutil

from bench import figures, usage, visible
from bench.load import Client
from bench.platform import RunningPlatform
from bench.workers import worker
from cairn_local.programs import GATEWAY, PROJECTOR
from cairn_local.readiness import http_problem
from cairn_local.settings import SERVICES
from chassis.serving import beside
from gateway.arrivals import Arrivals

STARTED = (*SERVICES, GATEWAY, PROJECTOR)
SERVERS = ("postgres", "kafka")
LOOK_EVERY = 0.005  # seconds
PATIENCE = 60.0  # seconds
COMMANDS = 200  # and as many mutations, beside a steady load: what memory is looked at after


class Memory(msgspec.Struct, kw_only=True):
    """MiB of a process and its children; PSS has what they share with others by its share."""

    pss: float
    rss: float


class Measured(msgspec.Struct, kw_only=True):
    starts: dict[str, list[float]]  # seconds from a process's start until it is ready
    idle: dict[str, Memory]
    loaded: dict[str, Memory]


async def measure(running: RunningPlatform, rounds: int) -> str:
    """Measure, keep what was measured, and sum it up in a table."""
    starts: dict[str, list[float]] = {name: [] for name in STARTED}
    async with httpx2.AsyncClient() as http:
        for _ in range(rounds):
            for name in STARTED:
                starts[name].append(await _restarted(running, http, name))
    idle = _memory(running)
    await _work(running)
    measured = Measured(starts=starts, idle=idle, loaded=_memory(running))
    figures.keep("processes", measured)
    return _summary(measured)


async def _restarted(running: RunningPlatform, http: httpx2.AsyncClient, name: str) -> float:
    """End a process, which is started again by itself; seconds until it is ready."""
    before = running.pid(name)
    psutil.Process(before).terminate()
    address = f"http://127.0.0.1:{running.settings.port_of(name)}/readyz"
    async with asyncio.timeout(PATIENCE):
        while running.pid(name) == before:
            await asyncio.sleep(LOOK_EVERY)
        while await http_problem(http, address):
            await asyncio.sleep(LOOK_EVERY)
    return time.time() - psutil.Process(running.pid(name)).create_time()


async def _work(running: RunningPlatform) -> None:
    """Commands and mutations for a while, beside 200 events a second."""
    arrivals = Arrivals(running.read_model)
    async with (
        beside(arrivals.run),
        Client.connected(running.settings.profiles_port) as profiles,
        Client.connected(running.settings.gateway_port) as gateway,
    ):
        bench = visible.Bench(running, arrivals, profiles)
        person = await bench.person()
        commands_of = running.commands_of(visible.ORGANISATION)
        async with worker("bench.background", "steady", *commands_of) as busy:
            await busy.hear()
            for _ in range(COMMANDS):
                await bench.command(person, visible.Latencies())
                await bench.mutation(person, gateway, visible.Latencies())


def _memory(running: RunningPlatform) -> dict[str, Memory]:
    return {
        name: Memory(pss=usage.shared_mebibytes(pid), rss=usage.family_mebibytes(pid))
        for name in (*STARTED, *SERVERS)
        for pid in [running.pid(name)]
    }


def _summary(measured: Measured) -> str:
    rows = [
        [
            name,
            _start(measured.starts, name),
            *(
                f"{number:.0f}"
                for memory in (measured.idle[name], measured.loaded[name])
                for number in (memory.pss, memory.rss)
            ),
        ]
        for name in measured.idle
    ]
    columns = ["process", "ready after s", "idle: PSS MiB", "RSS", "after load: PSS MiB", "RSS"]
    return figures.table(columns, rows)


def _start(starts: Mapping[str, Sequence[float]], name: str) -> str:
    return figures.spread(starts[name], 1) if name in starts else ""
