"""Whether the database is as this version of the program expects it."""

from collections.abc import Iterable

import asyncpg

from chassis.checks.findings import Checked, Finding
from chassis.migrations import CHASSIS


async def check(checked: Checked) -> Iterable[Finding]:
    if checked.owner is None:
        return [
            Finding(
                level="unknown",
                where=checked.service,
                what="Its migrations cannot be seen without CAIRN_DATABASE_OWNER.",
            )
        ]
    connection = await asyncpg.connect(checked.owner, timeout=5, command_timeout=10)
    try:
        is_there = await connection.fetchval("select to_regclass('public._pogo_migration')")
        rows = (
            await connection.fetch("select migration_id from public._pogo_migration")
            if is_there
            else []
        )
    finally:
        await connection.close(timeout=2)
    return list(_compare(checked, {row["migration_id"] for row in rows}))


def _compare(checked: Checked, applied: set[str]) -> Iterable[Finding]:
    packaged = {
        path.stem for folder in (CHASSIS, checked.migrations) for path in folder.glob("*.sql")
    }
    if missing := sorted(packaged - applied):
        yield Finding(
            level="wrong",
            where=checked.service,
            what=f"Its database lacks {', '.join(missing)}.",
            remedy=f"python -m {checked.service} prepare",
        )
    if unknown := sorted(applied - packaged):
        yield Finding(
            level="wrong",
            where=checked.service,
            what=f"Its database has {', '.join(unknown)}, which this version does not know.",
            remedy="A newer version has prepared it: run that one.",
        )
    if packaged == applied:
        yield Finding(
            level="ok",
            where=checked.service,
            what=f"Its database has all {len(packaged)} migrations.",
        )
