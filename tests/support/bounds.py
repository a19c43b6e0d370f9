"""I7: what programs hold comes back to what it was before: memory, files, connections."""

import asyncio
import time
from dataclasses import dataclass

from cairn_local.programs import PROJECTOR
from cairn_local.settings import SERVICES
from support.running import RunningPlatform

PROGRAMS = (*SERVICES, PROJECTOR)
MEGABYTE = 1024 * 1024

# A program that has worked keeps its pools and its clients' connections for a while.
MORE_FILES = 80
MORE_MEMORY = 96 * MEGABYTE
MOST_CONNECTIONS = 40  # of one program to its database
GIVEN_BACK_WITHIN = 90.0  # seconds: matching lets go of its model of texts when nothing has come


@dataclass(frozen=True)
class Held:
    memory: int  # bytes
    files: int


async def held(platform: RunningPlatform) -> dict[str, Held]:
    """What each program holds now."""
    found: dict[str, Held] = {}
    for program in PROGRAMS:
        process = platform.process(program)
        assert process is not None
        found[program] = Held(memory=process.memory_info().rss, files=process.num_fds())
    return found


async def judge_bounds(
    platform: RunningPlatform, before: dict[str, Held], *, within: float = GIVEN_BACK_WITHIN
) -> list[str]:
    """Violations by the programs that hold much more than before, a while after their work."""
    deadline = time.monotonic() + within
    while (violations := await _violations(platform, before)) and time.monotonic() < deadline:
        await asyncio.sleep(1)
    return violations


async def _violations(platform: RunningPlatform, before: dict[str, Held]) -> list[str]:
    violations: list[str] = []
    for program, now in (await held(platform)).items():
        files = now.files - before[program].files
        memory = (now.memory - before[program].memory) // MEGABYTE
        if files > MORE_FILES:
            violations.append(f"I7 {program} has {files} more files open than before")
        if memory > MORE_MEMORY // MEGABYTE:
            violations.append(f"I7 {program} holds {memory} MiB more than before")
    for service, connections in (await _connections(platform)).items():
        if connections > MOST_CONNECTIONS:
            violations.append(f"I7 {service}'s database has {connections} connections")
    return violations


async def _connections(platform: RunningPlatform) -> dict[str, int]:
    database = await platform.database("postgres")
    rows = await database.fetch(
        "select datname, count(*) from pg_stat_activity where datname is not null group by 1"
    )
    await database.close()
    return {row["datname"]: row["count"] for row in rows}
