from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from support.databases import ServiceDatabase
from support.gateway import RunningGateway, running_gateway
from support.node import needs_packages_of
from support.reading.office import Office
from support.reading.store import fill


@pytest.fixture(scope="session")
def packages() -> None:
    """The reference implementations, which run on Node."""
    needs_packages_of(Path(__file__).parent)


@pytest.fixture(scope="module")
async def office(read_model: ServiceDatabase) -> Office:
    """One organisation, which has something of every type."""
    office = Office()
    await fill(read_model.pipe, office.rows)
    return office


@pytest.fixture(scope="module")
async def gateway(
    read_model: ServiceDatabase, office: Office, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningGateway]:
    """The gateway's program, and nothing behind it but that organisation's read model."""
    async with running_gateway(read_model, tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway
