"""Whether the clocks of the databases agree with ours. Kafka has no way to ask for its own."""

from collections.abc import Iterable
from datetime import UTC, datetime

import asyncpg

from cairn.databases import ask_each
from cairn.platform import WITH_DATABASE, Platform
from chassis.checks.findings import Finding

MOST = 1.0  # seconds that clocks may differ


async def check(platform: Platform) -> Iterable[Finding]:
    # A database that does not answer is said by the others.
    found, _ = await ask_each(platform, WITH_DATABASE, _skew)
    wrong = [
        finding for name, skew in found.items() for finding in skewed(f"{name}'s database", skew)
    ]
    if found and not wrong:
        wrong = [Finding(level="ok", where="clocks", what="The databases' agree with ours.")]
    return [
        *wrong,
        Finding(level="unknown", where="clocks", what="Kafka's cannot be asked without writing."),
    ]


def skewed(where: str, seconds: float, precision: float = 0.0) -> list[Finding]:
    """A finding, if a clock is further ahead of ours, or behind, than it may be."""
    if abs(seconds) <= MOST + precision:
        return []
    direction = "ahead of" if seconds > 0 else "behind"
    return [
        Finding(
            level="wrong",
            where=where,
            what=f"Its clock is {abs(seconds):.0f} s {direction} ours.",
            remedy="Keep clocks in step (NTP): assertions are worth a minute, tokens too.",
        )
    ]


async def _skew(connection: asyncpg.Connection) -> float:
    before = datetime.now(UTC)
    there: datetime | None = await connection.fetchval("select clock_timestamp()")
    after = datetime.now(UTC)
    assert there is not None
    return (there - before).total_seconds() - (after - before).total_seconds() / 2
