"""What only a look from service to service shows: whose door opens, and what is parked or late."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import asyncpg
import msgspec

from cairn.databases import PATIENCE, ask_each
from cairn.platform import WITH_DATABASE, Platform
from chassis.checks.findings import Finding
from chassis.standing import Standing, standing
from contracts.profiles import Erasure


async def check(platform: Platform) -> Iterable[Finding]:
    doors, (standings, problems), erasures = await asyncio.gather(
        _doors(platform),
        ask_each(platform, WITH_DATABASE, standing),
        ask_each(platform, ("profiles",), _overdue),
    )
    away = [
        Finding(level="wrong", where="databases", what=each, remedy="Is PostgreSQL up?")
        for each in problems
    ]
    parked = [finding for name, each in standings.items() for finding in _parked(name, each)]
    late = [finding for each in erasures[0].values() for finding in each]
    return [*away, *doors, *parked, *late]


async def _doors(platform: Platform) -> list[Finding]:
    """Each service's role tries the databases of the others, which must refuse it."""
    tries = [(mine, other) for mine in WITH_DATABASE for other in WITH_DATABASE if mine != other]
    opened = await asyncio.gather(*(_opens(platform, *each) for each in tries))
    wrong = [
        Finding(
            level="wrong",
            where=f"{other}'s database",
            what=f"It lets the role of {mine} in.",
            remedy=f"revoke connect on database {other} from public;",
        )
        for (mine, other), is_open in zip(tries, opened, strict=True)
        if is_open
    ]
    what = "Each refuses the roles of the others."
    return wrong or [Finding(level="ok", where="databases", what=what)]


async def _opens(platform: Platform, mine: str, other: str) -> bool:
    own, theirs = urlsplit(platform.pipe_of(mine)), urlsplit(platform.pipe_of(other))
    login = own.netloc.rpartition("@")[0]
    address = theirs.netloc.rpartition("@")[2]
    dsn = theirs._replace(netloc=f"{login}@{address}").geturl()
    try:
        connection = await asyncpg.connect(dsn, timeout=PATIENCE)
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError):
        return False
    await connection.close(timeout=2)
    return True


def _parked(service: str, found: Standing) -> Iterable[Finding]:
    if not found.dead and not found.refused:
        yield Finding(level="ok", where=service, what="Nothing is parked.")
    else:
        yield Finding(
            level="wrong",
            where=service,
            what=f"{found.dead} of the records it heard and {found.refused} of the events it"
            " announced are parked.",
            remedy=f"cairn dlq list --service {service}",
        )


async def _overdue(connection: asyncpg.Connection) -> list[Finding]:
    rows = await connection.fetch("select state from erasures where is_open")
    erasures = [msgspec.json.decode(row["state"], type=Erasure) for row in rows]
    return [
        Finding(
            level="wrong",
            where="erasures",
            what=f"{each.id} was promised by {each.promised_by:%Y-%m-%d %H:%M} UTC, and waits for"
            f" {', '.join(step.service for step in each.steps if step.done_at is None)}.",
            remedy="See `cairn lag` and `cairn dlq list` of these services.",
        )
        for each in erasures
        if each.promised_by < datetime.now(UTC)
    ]
