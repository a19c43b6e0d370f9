"""An experiment: faults by a seed's schedule, then a verdict; one line says what came of it.

The same SEED repeats the schedule. What each found is kept in `.cairn/faults/`, for the page on
reliability to be made from.
"""

import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

RESULTS = Path(".cairn/faults")


@dataclass
class Experiment:
    """What is done to the platform, and what is found."""

    name: str  # of reliability's list, and what of it: "F2 R4"
    seed: int
    chance: random.Random = field(init=False, repr=False)
    faults: list[str] = field(default_factory=list)
    commands: int = 0  # or events, where the load is of events
    violations: list[str] = field(default_factory=list)
    recovery: float | None = None  # seconds from the fault's end until all was well again
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def did(self, fault: str) -> None:
        """Note a fault that was injected."""
        self.faults.append(fault)

    def result(self) -> dict[str, object]:
        return {
            "name": self.name,
            "seed": self.seed,
            "faults": len(self.faults),
            "commands": self.commands,
            "violations": len(self.violations),
            "recovery_seconds": None if self.recovery is None else round(self.recovery, 2),
            "took_seconds": round(time.monotonic() - self.started, 1),
        }

    def conclude(self) -> None:
        """Print the line, keep it, and fail where a promise was broken."""
        result = self.result()
        print(", ".join(f"{key} {value}" for key, value in result.items()), flush=True)
        RESULTS.mkdir(parents=True, exist_ok=True)
        kept = RESULTS / f"{self.name.replace(' ', '-')}.json"
        kept.write_bytes(msgspec.json.encode(result | {"what": sorted(set(self.faults))}))
        assert self.violations == []


def seeded(name: str) -> Experiment:
    """An experiment with the SEED that was given, or another each time."""
    return Experiment(name, int(os.environ.get("SEED") or random.randrange(2**32)))
