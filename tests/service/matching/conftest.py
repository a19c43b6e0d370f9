from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from chassis.relay import Relay
from chassis.service import Running
from matching.main import service
from matching.runner import Runner
from support.databases import ServiceDatabase
from support.field import Field
from support.harness import Harness, harness
from support.network import Network


@pytest.fixture(scope="module")
async def matching(
    database: Callable[[str], Awaitable[ServiceDatabase]],
) -> AsyncGenerator[Harness]:
    """The service with an empty database, one for each module; a test is a tenant of its own."""
    async with harness(service, await database("matching")) as running:
        yield running


@pytest.fixture
def network(matching: Harness) -> Network:
    return Network(matching)


@pytest.fixture
async def field(network: Network) -> Field:
    return Field(network, await network.programme())


@pytest.fixture
def running(matching: Harness) -> Running:
    """What jobs work with, whose relay is not there: what they announce stays in the outbox."""
    relay = Relay(dsn="", kafka="", service="matching")
    return Running("matching", matching.app, matching.pipe, relay)


@pytest.fixture
def runner(running: Running) -> Runner:
    return Runner(running)
