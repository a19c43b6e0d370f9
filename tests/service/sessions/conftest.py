from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from sessions.main import service
from support.databases import ServiceDatabase
from support.harness import Harness, harness


@pytest.fixture(scope="module")
async def sessions(
    database: Callable[[str], Awaitable[ServiceDatabase]],
) -> AsyncGenerator[Harness]:
    async with harness(service, await database("sessions")) as running:
        yield running
