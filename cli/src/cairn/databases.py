"""The services' databases, as operators' commands ask them: as the role of the pipes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar
from urllib.parse import urlsplit

import asyncpg

from cairn.platform import Platform
from cairn.troubles import Trouble
from chassis.database import TRANSIENT, prepare_connection, server_settings

PATIENCE = 10  # seconds

T = TypeVar("T")


@asynccontextmanager
async def connected(platform: Platform, service: str) -> AsyncGenerator[asyncpg.Connection]:
    """Raises Trouble, without the password, where the database does not answer."""
    dsn = platform.pipe_of(service)
    try:
        connection = await asyncpg.connect(
            dsn, timeout=PATIENCE, command_timeout=10, server_settings=server_settings("cairn")
        )
        await prepare_connection(connection)
    except (*TRANSIENT, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        raise Trouble(
            f"The database of {service} at {where(dsn)} does not let us in"
            f" ({type(error).__name__})."
        ) from None
    try:
        yield connection
    finally:
        await connection.close(timeout=2)


def where(dsn: str) -> str:
    """Host, port and name of a database: what of its address is no secret."""
    parts = urlsplit(dsn)
    return parts.netloc.rpartition("@")[2] + parts.path


async def ask_each(
    platform: Platform,
    services: Iterable[str],
    ask: Callable[[asyncpg.Connection], Awaitable[T]],
) -> tuple[dict[str, T], list[str]]:
    """What each service's database answers, and a sentence for each that does not."""

    async def one(service: str) -> T | str:
        try:
            async with connected(platform, service) as connection:
                return await ask(connection)
        except Trouble as trouble:
            return str(trouble)
        except (*TRANSIENT, asyncpg.PostgresError) as error:
            return f"The database of {service} does not answer well ({type(error).__name__})."

    names = list(services)
    answers = await asyncio.gather(*(one(name) for name in names))
    found = {
        name: answer
        for name, answer in zip(names, answers, strict=True)
        if not isinstance(answer, str)
    }
    return found, [answer for answer in answers if isinstance(answer, str)]
