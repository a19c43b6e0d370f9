"""Fixtures that any test may ask for. What is not asked for is not started."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial

import pytest

from support.choice import starters
from support.databases import ServiceDatabase, fresh_database
from support.typescript import build_client

FROM = pytest.StashKey[str]()


@pytest.fixture(scope="session")
async def servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[dict[str, str]]:
    """The address of each server that a test of this session needs, all started at once."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    given = {"postgres": os.environ.get("TEST_POSTGRES"), "kafka": os.environ.get("TEST_KAFKA")}
    addresses = {name: address for name, address in given.items() if address}
    to_start = [name for name in given if name in wanted and name not in addresses]
    async with AsyncExitStack() as stack:
        if to_start:
            starter, source = await asyncio.to_thread(
                starters, os.environ.get("TEST_SERVERS", "auto"), tmp_path_factory.mktemp("servers")
            )
            request.config.stash[FROM] = f"{' and '.join(to_start)} from {source}"
            started = await asyncio.gather(
                *(stack.enter_async_context(starter[name]()) for name in to_start)
            )
            addresses |= dict(zip(to_start, started, strict=True))
        yield addresses


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if source := config.stash.get(FROM, None):
        terminalreporter.write_line(f"Servers: {source}.")


@pytest.fixture(scope="session")
def postgres(servers: dict[str, str]) -> str:
    """The superuser's DSN of a PostgreSQL that is this session's (or TEST_POSTGRES)."""
    return servers["postgres"]


@pytest.fixture(scope="session")
def kafka(servers: dict[str, str]) -> str:
    """The address of a Kafka that is this session's (or TEST_KAFKA). Tests make their topics."""
    return servers["kafka"]


@pytest.fixture(scope="session")
async def typescript() -> None:
    """The TypeScript client is built."""
    await build_client()


@pytest.fixture(scope="module")
def database(postgres: str) -> Callable[[str], Awaitable[ServiceDatabase]]:
    """Make a service's database anew: `await database("matching")`. One at a time of a name."""
    return partial(fresh_database, postgres)
