from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from chassis.database import Database
from chassis.migrations import apply_migrations
from gateway.main import MIGRATIONS
from support.databases import ServiceDatabase


@pytest.fixture(scope="module")
async def read_model(
    database: Callable[[str], Awaitable[ServiceDatabase]],
) -> ServiceDatabase:
    """The gateway's database, empty and migrated; one for each module."""
    made = await database("gateway")
    await apply_migrations(made.owner, [MIGRATIONS])
    return made


@pytest.fixture(scope="module")
async def app(read_model: ServiceDatabase) -> AsyncGenerator[Database]:
    async with Database.open(read_model.app, name="gateway") as app:
        yield app


@pytest.fixture(scope="module")
async def pipe(read_model: ServiceDatabase) -> AsyncGenerator[Database]:
    async with Database.open(
        read_model.pipe, name="gateway projector", synchronous_commit="off"
    ) as pipe:
        yield pipe
