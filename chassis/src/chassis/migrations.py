"""Migrations: plain SQL, applied by the owner's role, one process at a time."""

from collections.abc import Iterable
from pathlib import Path

import asyncpg
from pogo_core.util import migrate

CHASSIS = Path(__file__).parent / "migrations"


async def apply_migrations(owner_dsn: str, directories: Iterable[Path]) -> None:
    """Apply what has not been applied yet, the chassis's own migrations first.

    Replicas that start together wait for each other. A statement that waits for a lock longer
    than 5 s fails, rather than hold up those behind it.
    """
    connection = await asyncpg.connect(
        owner_dsn, server_settings={"application_name": "migrations"}
    )
    try:
        await connection.execute("select pg_advisory_lock(hashtext('cairn migrations'))")
        await connection.execute("set lock_timeout = '5s'")
        for directory in (CHASSIS, *directories):
            await migrate.apply(connection, directory, schema_name="public")
    finally:
        await connection.close()
