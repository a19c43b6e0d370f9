from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from chassis.database import Database
from profiles.main import service
from support.databases import ServiceDatabase
from support.harness import Harness, harness


@pytest.fixture(scope="module")
async def profiles(
    database: Callable[[str], Awaitable[ServiceDatabase]],
) -> AsyncGenerator[Harness]:
    """The service with an empty database, one for each module; a test is a tenant of its own."""
    async with harness(service, await database("profiles")) as running:
        await fill(running.app)
        yield running


async def fill(database: Database) -> None:
    """Open every connection of the pool, or commands at once would wait for theirs in turn."""
    async with AsyncExitStack() as stack:
        for _ in range(database.pool.get_max_size()):
            await stack.enter_async_context(database.connection())
