"""Figures: how they are summed up over rounds, shown, and kept."""

import datetime
import importlib.metadata
import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

RESULTS = Path(__file__).parent / "results"
VERSIONS = ("aiokafka", "asyncpg", "faststream", "msgspec", "strawberry-graphql", "uvicorn")


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that at least `percent` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The median of the rounds, then the least and the most."""
    median, least, most = statistics.median(values), min(values), max(values)
    return f"{median:,.{digits}f} ({least:,.{digits}f}-{most:,.{digits}f})"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned."""
    lines = [list(columns), *map(list, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    shown = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    shown.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(shown)


def surroundings() -> dict[str, Any]:
    """What a figure hangs on besides the code."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="minutes"),
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **{name: importlib.metadata.version(name) for name in VERSIONS},
    }


def keep(subject: str, rounds: Any) -> Path:
    """Write what each round gave, for a later look."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{subject}.json"
    content = {"surroundings": surroundings(), "rounds": rounds}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content)) + b"\n")
    return path
