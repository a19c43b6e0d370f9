"""Two organisations in one read model, and a connection as the gateway opens it."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from gateway.planner import Planner
from gateway.schema import build_schema
from support.databases import ServiceDatabase
from support.reading.network import random_network
from support.reading.store import fill, reader

HERE = UUID("0193b6f0-0000-7000-8000-000000000001")
ELSEWHERE = UUID("0193b6f0-0000-7000-8000-000000000002")


@pytest.fixture(scope="session")
def planner() -> Planner:
    return Planner(build_schema())


@pytest.fixture(scope="module")
async def rows(read_model: ServiceDatabase) -> list[Any]:
    """The states of all aggregates of both organisations, which the read model then has."""
    states = [*random_network(1, HERE), *random_network(2, ELSEWHERE)]
    await fill(read_model.pipe, states)
    return states


@pytest.fixture(scope="module")
async def connection(read_model: ServiceDatabase) -> AsyncGenerator[asyncpg.Connection]:
    async with reader(read_model.app) as connection:
        yield connection
