from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from chassis.database import Database
from support.databases import ServiceDatabase
from support.ledger import Ledger


@pytest.fixture(scope="module")
async def ledger(database: Callable[[str], Awaitable[ServiceDatabase]], kafka: str) -> Ledger:
    """A prepared ledger with an empty database, one for each module."""
    ledger = Ledger(await database("ledger"), kafka)
    await ledger.prepare()
    return ledger


@pytest.fixture(scope="module")
async def databases(ledger: Ledger) -> AsyncGenerator[tuple[Database, Database]]:
    async with ledger.databases() as both:
        yield both


@pytest.fixture(scope="module")
def app(databases: tuple[Database, Database]) -> Database:
    return databases[0]


@pytest.fixture(scope="module")
def pipe(databases: tuple[Database, Database]) -> Database:
    return databases[1]
