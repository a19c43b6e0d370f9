"""Reading texts and comparing them: what it costs, and how good it is."""

import asyncio

import msgspec

from bench import figures
from bench.meaning import comparing, lookup
from bench.meaning.reader import Read
from bench.servers import Servers
from bench.workers import worker


class Measured(msgspec.Struct, kw_only=True):
    reading: list[Read]
    lookup: dict[str, lookup.Found]
    one_pass: list[float]  # CPU seconds
    nearest: list[comparing.Nearest]


async def measure(servers: Servers, rounds: int) -> str:
    """Measure, keep what was measured, and sum it up in tables."""
    reading: list[Read] = []
    for _ in range(rounds):
        async with worker("bench.meaning.reader") as process:
            reading.append(msgspec.json.decode(await process.hear(), type=Read))
    measured = Measured(
        reading=reading,
        lookup=await asyncio.to_thread(lookup.measure),
        one_pass=[await asyncio.to_thread(comparing.one_pass) for _ in range(rounds)],
        nearest=[await comparing.nearest(servers) for _ in range(rounds)],
    )
    figures.keep("meaning", measured)
    return "\n\n".join((_costs(measured), _quality(measured.lookup)))


def _costs(measured: Measured) -> str:
    reading, nearest = measured.reading, measured.nearest
    rows = [
        ["short texts/s", figures.spread([each.short_per_second for each in reading])],
        ["CPU ms of a short text", figures.spread([each.short_cpu for each in reading], 1)],
        ["long texts/s", figures.spread([each.long_per_second for each in reading])],
        ["CPU ms of a long text", figures.spread([each.long_cpu for each in reading])],
        ["MiB while it reads", figures.spread([each.reading - each.before for each in reading])],
        ["MiB once let go", figures.spread([each.after - each.before for each in reading])],
        ["CPU s for 100,000 by 20,000", figures.spread(measured.one_pass, 1)],
        ["ms for the ten nearest of 20,000", figures.spread([e.without_index for e in nearest], 1)],
        ["ms with an index", figures.spread([each.with_index for each in nearest], 1)],
        ["found by the index", figures.spread([each.found_by_index for each in nearest], 2)],
        ["seconds to make it", figures.spread([each.index_seconds for each in nearest], 1)],
    ]
    return figures.table(["", "median (least-most)"], rows)


def _quality(found: dict[str, lookup.Found]) -> str:
    rows = [[way, f"{each.first:.3f}", f"{each.first_five:.3f}"] for way, each in found.items()]
    return figures.table(["another name's skill is", "the nearest", "of the nearest five"], rows)
