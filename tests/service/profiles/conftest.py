from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from profiles.main import service
from support.databases import ServiceDatabase
from support.harness import Harness, harness


@pytest.fixture(scope="module")
async def profiles(
    database: Callable[[str], Awaitable[ServiceDatabase]],
) -> AsyncGenerator[Harness]:
    """The service with an empty database, one for each module; a test is a tenant of its own."""
    async with harness(service, await database("profiles")) as running:
        yield running
