"""I8: programs say "not ready" while something that they need is away, and "ready" after it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from support.running import RunningPlatform
from support.waiting import eventually

NOTICE = 10.0  # seconds within which a program says that its database is away
RECOVERY = 10.0  # seconds within which it is ready again, with no manual step


@asynccontextmanager
async def database_away(platform: RunningPlatform, service: str) -> AsyncGenerator[None]:
    """One service's database takes nobody in; its programs' connections are cut."""
    database = await platform.database("postgres")
    try:
        await database.execute(f"alter database {service} connection limit 0")
        await database.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = $1 and usename <> current_user",
            service,
        )
        yield
    finally:
        await database.execute(f"alter database {service} connection limit -1")
        await database.close()


async def judge_readiness(platform: RunningPlatform, service: str) -> tuple[list[str], float]:
    """Take a service's database away and give it back; violations, and seconds to recover."""
    violations: list[str] = []
    async with database_away(platform, service):
        try:
            await eventually(lambda: _is_not_ready(platform, service), within=NOTICE)
        except AssertionError:
            violations.append(f"I8 {service} says that it is ready without its database")
    back = time.monotonic()
    try:
        await ready_again(platform, [service], within=RECOVERY)
    except AssertionError:
        violations.append(f"I8 {service} is not ready {RECOVERY} s after its database came back")
    return violations, time.monotonic() - back


async def _is_not_ready(platform: RunningPlatform, service: str) -> bool:
    return not await platform.ready(service)


async def ready_again(
    platform: RunningPlatform, programs: Sequence[str], *, within: float
) -> float:
    """Wait until all are ready; the seconds that it took."""
    started = time.monotonic()
    await asyncio.gather(
        *(
            eventually(lambda program=program: platform.ready(program), within=within)
            for program in programs
        )
    )
    return time.monotonic() - started
