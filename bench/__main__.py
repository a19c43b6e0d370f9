"""`python -m bench`: measure all, or some; print tables, and write each round to bench/results."""

import argparse
import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

from bench import hostile, live, overload, planning, processes, visible
from bench.commanding import measure as commanding
from bench.consumers import measure as consumers
from bench.consumers import traps
from bench.matching import measure as matching
from bench.meaning import measure as meaning
from bench.platform import platform
from bench.projecting import measure as projecting
from bench.reads import measure as reads
from bench.reads import merging
from bench.rebuilding import measure as rebuilding
from bench.relaying import measure as relaying
from bench.servers import servers

Subject = Callable[[int], Coroutine[Any, Any, str]]


async def _consumers(rounds: int) -> str:
    async with servers() as ours:
        return await consumers.measure(ours, rounds)


async def _traps(_: int) -> str:
    async with servers() as ours:
        return await traps.measure(ours)


async def _reads(rounds: int) -> str:
    async with servers() as ours:
        return await reads.measure(ours, rounds)


async def _merging(rounds: int) -> str:
    async with servers() as ours:
        return await merging.measure(ours, rounds)


async def _overload(rounds: int) -> str:
    async with servers() as ours:
        return await overload.measure(ours, rounds)


async def _visible(rounds: int) -> str:
    async with platform() as running:
        return await visible.measure(running, rounds)


async def _live(rounds: int) -> str:
    async with platform() as running:
        return await live.measure(running, rounds)


async def _relay(rounds: int) -> str:
    # A follower of the changes that is held still must not be taken for dead.
    async with servers("--wal_level=logical", "--wal_sender_timeout=0") as ours:
        return await relaying.measure(ours, rounds)


async def _projection(rounds: int) -> str:
    async with servers() as ours:
        return await projecting.measure(ours, rounds)


async def _rebuild(rounds: int) -> str:
    async with servers() as ours:
        return await rebuilding.measure(ours, rounds)


async def _commands(rounds: int) -> str:
    async with servers() as ours:
        return await commanding.measure(ours, rounds)


async def _meaning(rounds: int) -> str:
    async with servers() as ours:
        return await meaning.measure(ours, rounds)


async def _processes(rounds: int) -> str:
    async with platform() as running:
        return await processes.measure(running, rounds)


SUBJECTS: dict[str, Subject] = {
    "visible": _visible,
    "live": _live,
    "relay": _relay,
    "projection": _projection,
    "commands": _commands,
    "processes": _processes,
    "reads": _reads,
    "merging": _merging,
    "overload": _overload,
    "planning": planning.measure,
    "consumers": _consumers,
    "hostile": hostile.measure,
    "traps": _traps,
    "rebuild": _rebuild,
    "matching": matching.measure,
    "meaning": _meaning,
}


USUAL = (
    "visible",
    "live",
    "relay",
    "projection",
    "commands",
    "processes",
    "reads",
    "overload",
    "consumers",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("subjects", nargs="*", help=f"of {', '.join(SUBJECTS)}")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, each with every contender")
    asked = parser.parse_args()
    if unknown := set(asked.subjects) - set(SUBJECTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    for name in asked.subjects or USUAL:
        print(f"\n{uvloop.run(_measured(name, asked.rounds))}\n", flush=True)


async def _measured(name: str, rounds: int) -> str:
    """What the subject gave; told to end, we end its servers first."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await SUBJECTS[name](rounds)


if __name__ == "__main__":
    main()
