"""What is followed: the memory of many idle sockets, and how soon a change is told."""

import asyncio
import time

import msgspec
from websockets.asyncio.client import ClientConnection

from bench import figures, usage
from bench.background import people
from bench.followers import follower
from bench.load import Client
from bench.platform import RunningPlatform
from bench.visible import ADMINISTRATOR, ORGANISATION, Bench
from bench.workers import worker
from cairn_local.programs import GATEWAY
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.serving import beside
from gateway.arrivals import Arrivals

IDLE = (0, 2000, 10_000)  # sockets that are open meanwhile
EACH = 20  # sockets of a person
FIRST = 1000  # employee number of those who rest
CHUNK = 100  # people in a command
CHANGES = 200  # in a round
REST = 25.0  # seconds of idleness: each socket is pinged in them
PATIENCE = 30.0  # seconds for an answer
GAP = 0.02  # seconds between two changes


class Level(msgspec.Struct):
    """With so many idle sockets open; latencies from a command's sending, in milliseconds."""

    sockets: int
    mebibytes: float  # of the gateway
    idle_cpu: float  # per cent of a core
    answered: list[float] = []  # by the service: it is committed
    told: list[float] = []  # the follower has it


async def measure(running: RunningPlatform, rounds: int) -> str:
    """Measure, keep every latency, and sum them up in a table."""
    levels: list[Level] = []
    arrivals = Arrivals(running.read_model)
    async with (
        beside(arrivals.run),
        Client.connected(running.settings.profiles_port) as profiles,
    ):
        bench = Bench(running, arrivals, profiles)
        person = await bench.person()
        callers = await _crowd(bench, max(IDLE) // EACH)
    for sockets in IDLE:
        async with worker("bench.followers", str(running.settings.gateway_port), str(EACH)) as idle:
            for caller in callers[: sockets // EACH]:
                idle.tell(running.token(caller))
            idle.tell("")
            await idle.hear()
            levels.append(await _level(running, person, sockets, rounds * CHANGES))
    figures.keep("live", levels)
    return _summary(levels)


async def _crowd(bench: Bench, count: int) -> list[Caller]:
    """People who exist, as callers."""
    rows = people(FIRST, count)
    for first in range(0, count, CHUNK):
        chunk = rows[first : first + CHUNK]
        written = await bench.carry_out("import-people", ADMINISTRATOR, people=chunk)
        await bench.until_visible(written)
    return [Caller(subject=str(row["subject"]), organisation_id=ORGANISATION) for row in rows]


async def _level(running: RunningPlatform, person: Caller, sockets: int, changes: int) -> Level:
    pid = running.pid(GATEWAY)
    clock = usage.Clock(pid)
    await asyncio.sleep(REST)
    took, [cpu] = clock.read()
    memory = usage.shared_mebibytes(pid)
    level = Level(sockets=sockets, mebibytes=memory, idle_cpu=100 * cpu / took)
    async with (
        Client.connected(running.settings.profiles_port) as profiles,
        follower(running.settings.gateway_port, running.token(person)) as socket,
    ):
        for _ in range(changes):
            await _change(running, person, profiles, socket, level)
            await asyncio.sleep(GAP)
    return level


async def _change(
    running: RunningPlatform,
    person: Caller,
    profiles: Client,
    socket: ClientConnection,
    level: Level,
) -> None:
    aspiration = str(new_id())
    body = msgspec.json.encode({"person_id": person.person_id, "aspiration": aspiration})
    request = running.command("update-profile", person, str(new_id()), body)
    began = time.perf_counter()
    await profiles.ask(request)
    level.answered.append((time.perf_counter() - began) * 1000)
    async with asyncio.timeout(PATIENCE):
        told = await socket.recv()
    level.told.append((time.perf_counter() - began) * 1000)
    if aspiration not in str(told):
        raise ValueError(f"a follower was not told what changed: {told}")


def _summary(levels: list[Level]) -> str:
    rows: list[list[str]] = []
    for level in levels:
        more = level.mebibytes - levels[0].mebibytes
        each = f"{more * 1024 / level.sockets:.1f}" if level.sockets else ""
        shown = [
            f"{figures.percentile(values, percent):.1f}"
            for values in (level.answered, level.told)
            for percent in (50, 99)
        ]
        memory = f"{level.mebibytes:.0f}"
        rows.append([f"{level.sockets:,}", memory, each, f"{level.idle_cpu:.1f}", *shown])
    columns = ["idle sockets", "gateway MiB", "KiB a socket", "idle CPU %"]
    times = ["committed p50 ms", "p99", "told p50 ms", "p99"]
    return figures.table(columns + times, rows) + f"\n\nSamples: {len(levels[0].told)} each."
