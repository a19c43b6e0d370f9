"""A read model, and a connection as the gateway opens it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

import asyncpg
import msgspec
import pytest

from gateway.mutations import MutationType
from gateway.planner import Outcome, Planner, Viewer
from gateway.schema import build_schema
from support.databases import ServiceDatabase
from support.reading.office import Office
from support.reading.store import fill, reader

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="session")
def planner() -> Planner:
    return Planner(build_schema(MutationType))


@pytest.fixture(scope="module")
async def connection(read_model: ServiceDatabase) -> AsyncGenerator[asyncpg.Connection]:
    async with reader(read_model.app) as connection:
        yield connection


@pytest.fixture(scope="module")
async def office(read_model: ServiceDatabase) -> Office:
    """One organisation, and beside it another just like it, which nobody must notice."""
    made, other = Office(), Office()
    await fill(read_model.pipe, [*made.rows, *other.rows])
    return made


@pytest.fixture(scope="module")
def ask(planner: Planner, connection: asyncpg.Connection) -> Ask:
    """Read the data of an operation's answer."""

    async def ask(
        viewer: Viewer,
        text: str,
        outcomes: Mapping[str, Outcome | None] | None = None,
        **variables: Any,
    ) -> Any:
        plan = planner.plan(text, None, variables)
        return msgspec.json.decode(await plan.run(connection, viewer, outcomes))["data"]

    return ask
