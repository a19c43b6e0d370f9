"""Matching: time, memory and quality of both modes beside their peers, and repairs."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bench import figures
from bench.matching.instances import POPULARITY, Indices, Market
from matching.matcher.fit import unwatched
from matching.matcher.nearest import nearest
from matching.matcher.network import best_for_network
from matching.matcher.proof import prove
from matching.matcher.repair import Changed, repair

ROOT = Path(__file__).parents[2]
SIZES = (1_000, 5_000, 20_000, 100_000)
# The largest market that each is given: beyond it takes many minutes, or the machine's memory.
LARGEST = {
    "network": 100_000,
    "stable": 100_000,
    "scipy": 5_000,
    "ortools": 20_000,
    "matching": 1_000,
}
# Packages that cannot be installed beside ours: one has our service's name.
APART = {"ortools": "ortools==9.15.*", "matching": "matching==1.4.3"}
REPAIRS = 5
CHANGED = 100  # people, one mentor in six of them


async def measure(_rounds: int) -> str:
    """One round: quality is the same in each, and CPU hardly differs."""
    results: list[dict[str, Any]] = []
    for kind in POPULARITY:
        for size in SIZES:
            if kind == "adversarial" and size == SIZES[-1]:
                continue  # hours of the same lists for everybody, which nobody has
            results += await asyncio.to_thread(_beside_peers, kind, size)
    repairs = await asyncio.to_thread(_repairs, SIZES[-1])
    figures.keep("matching", {"markets": results, "repairs": repairs})
    return f"{_table(results)}\n\n{_table_of_repairs(repairs)}"


def _beside_peers(kind: str, size: int) -> list[dict[str, Any]]:
    market = Market(size, kind)
    network = best_for_network(market, market.places, seed=0, watch=unwatched)
    results: list[dict[str, Any]] = []
    for name, largest in LARGEST.items():
        if size > largest:
            continue
        with tempfile.NamedTemporaryFile(suffix=".npy") as file:
            took = _run(name, kind, size, file.name)
            mentor_of: Indices = np.load(file.name)
        proof = prove(market, mentor_of, market.places)
        results.append(
            {
                "kind": kind,
                "mentees": size,
                "contender": name,
                **took,
                "placed": proof.placed,
                "of_bound": proof.total_score * market.highest / network.bound,
                "blocking_pairs": proof.blocking_pairs,
            }
        )
        print(results[-1], file=sys.stderr, flush=True)
    return results


def _run(name: str, kind: str, size: int, file: str) -> dict[str, float]:
    python = [sys.executable]
    if name in APART:
        uv = Path(sys.executable).with_name("uv")
        numpy = f"numpy=={np.__version__}"
        python = [str(uv), "run", "-q", "--no-project", "--isolated", "--with", APART[name]]
        python += ["--with", numpy, "--python", sys.executable, "python"]
    done = subprocess.run(
        [*python, "-m", "bench.matching.contenders", name, kind, str(size), file],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.PIPE,
    )
    return msgspec.json.decode(done.stdout, type=dict[str, float])


def _repairs(size: int) -> dict[str, Any]:
    """Changes of a standing match, one after another; the first come from a coarser one."""
    market = Market(size, "clustered")
    rng = np.random.default_rng(0)
    network = best_for_network(market, market.places, seed=0, watch=unwatched)
    rounds: list[dict[str, float]] = []
    for number in range(REPAIRS):
        mentors = np.sort(rng.choice(market.mentors, CHANGED // 6, replace=False))
        mentees = np.sort(rng.choice(size, CHANGED - len(mentors), replace=False))
        market.change(mentees, mentors, number)
        before = network.mentor_of.copy()
        wall, cpu = time.perf_counter(), time.process_time()
        network = repair(market, market.places, network, Changed(mentees, mentors))
        took = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        placed = np.flatnonzero(network.mentor_of >= 0)
        total = int(market.pairs(placed, network.mentor_of[placed]).sum())
        moved = int((network.mentor_of != before).sum())
        rounds.append(took | {"gap": 1 - total / network.bound, "moved": moved})
    taken = network.mentor_of[network.mentor_of >= 0]
    room = market.places - np.bincount(taken, minlength=market.mentors)
    wall = time.perf_counter()
    for mentee in range(20):
        nearest(market, mentee, room)
    return {"rounds": rounds, "nearest": (time.perf_counter() - wall) / 20}


def _table(results: list[dict[str, Any]]) -> str:
    return figures.table(
        [
            "market",
            "mentees",
            "by",
            "s",
            "CPU s",
            "MiB",
            "placed",
            "of the bound",
            "blocking pairs",
        ],
        [
            [
                each["kind"],
                f"{each['mentees']:,}",
                each["contender"],
                f"{each['seconds']:,.2f}",
                f"{each['cpu']:,.2f}",
                f"{each['mebibytes']:,.0f}",
                f"{each['placed']:,}",
                f"{100 * each['of_bound']:.3f} %",
                f"{each['blocking_pairs']:,}",
            ]
            for each in results
        ],
    )


def _table_of_repairs(repairs: dict[str, Any]) -> str:
    rows = [
        [
            f"{1000 * each['seconds']:,.0f}",
            f"{1000 * each['cpu']:,.0f}",
            f"{100 * each['gap']:.3f} %",
            f"{each['moved']:,}",
        ]
        for each in repairs["rounds"]
    ]
    table = figures.table(["repair ms", "CPU ms", "gap", "mentees moved"], rows)
    return f"{table}\n\nTen nearest mentors with room: {1000 * repairs['nearest']:.1f} ms."
