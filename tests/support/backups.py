"""A backup of a service's database, and its restore: what operators do, in little."""

from urllib.parse import urlsplit

import asyncpg

from support.databases import ServiceDatabase


async def back_up(dsn: ServiceDatabase) -> None:
    """Keep the database as it is now; whoever is connected is thrown out, and comes again."""
    name = _name(dsn)
    await _copy(dsn, source=name, target=f"{name}_backup")


async def restore(dsn: ServiceDatabase) -> None:
    """Put the database back to where it was."""
    name = _name(dsn)
    await _copy(dsn, source=f"{name}_backup", target=name)
    connection = await asyncpg.connect(dsn.superuser)
    try:
        await connection.execute(f"alter database {name} owner to {name}_owner")
    finally:
        await connection.close()


async def _copy(dsn: ServiceDatabase, *, source: str, target: str) -> None:
    server = urlsplit(dsn.superuser)._replace(path="/postgres").geturl()
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f"drop database if exists {target} with (force)")
        await connection.execute(f"alter database {source} allow_connections false")
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", source
        )
        await connection.execute(f"create database {target} template {source}")
        for each in (source, target):
            await connection.execute(f"alter database {each} allow_connections true")
    finally:
        await connection.close()


def _name(dsn: ServiceDatabase) -> str:
    return urlsplit(dsn.superuser).path.lstrip("/")
