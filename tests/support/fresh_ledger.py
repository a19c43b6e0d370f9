"""Fixtures for a ledger on a new database and new topics for each test; a conftest imports them."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from chassis import handling, waiting
from chassis.database import Database
from support.databases import ServiceDatabase
from support.ledger import Ledger, producing, superuser
from support.sent import Sent, sent_for


@pytest.fixture
async def ledger(database: Callable[[str], Awaitable[ServiceDatabase]], kafka: str) -> Ledger:
    ledger = Ledger(await database("ledger"), kafka)
    await ledger.prepare()
    return ledger


@pytest.fixture
async def databases(ledger: Ledger) -> AsyncGenerator[tuple[Database, Database]]:
    async with ledger.databases() as both:
        yield both


@pytest.fixture
def app(databases: tuple[Database, Database]) -> Database:
    return databases[0]


@pytest.fixture
def pipe(databases: tuple[Database, Database]) -> Database:
    return databases[1]


@pytest.fixture
async def watching(ledger: Ledger) -> AsyncGenerator[asyncpg.Connection]:
    """How a verdict looks at the database: as nobody of the platform."""
    connection = await superuser(ledger.dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def producer(ledger: Ledger) -> AsyncGenerator[AIOKafkaProducer]:
    async with producing(ledger.kafka) as producer:
        yield producer


@pytest.fixture
async def sent(ledger: Ledger, producer: AIOKafkaProducer, watching: asyncpg.Connection) -> Sent:
    return await sent_for(ledger, producer, watching)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed, or waits for another, is tried again at once."""
    monkeypatch.setattr(handling, "BACKOFF", (0.01, 0.02))
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(waiting, "POLL", 0.05)
