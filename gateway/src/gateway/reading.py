"""Borrowing a connection to read with."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from chassis.database import Connection, Database

# What a connection that died in the pool meets its next borrower with.
DEAD_CONNECTION = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

T = TypeVar("T")


async def read(database: Database, reader: Callable[[Connection], Awaitable[T]]) -> T:
    """What the reader reads; once more, on a new connection, where the first one had died."""
    try:
        async with database.connection() as connection:
            return await reader(connection)
    except DEAD_CONNECTION:
        await database.pool.expire_connections()  # where one died, others did
        async with database.connection() as connection:
            return await reader(connection)
