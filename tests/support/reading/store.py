"""The read model filled as the projector fills it, and read as the gateway reads it."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

import asyncpg
import msgspec

from contracts.catalogue import TOPICS
from gateway.planner import CONNECTION_SETTINGS
from gateway.projection import Projection, State

TOPIC_OF = {topic.body: topic for topic in TOPICS.values()}


async def fill(pipe_dsn: str, states: Iterable[msgspec.Struct], *, version: int = 1) -> None:
    by_topic: dict[type, list[msgspec.Struct]] = defaultdict(list)
    for state in states:
        by_topic[type(state)].append(state)
    connection = await asyncpg.connect(pipe_dsn)
    try:
        for body, of_topic in by_topic.items():
            projection = Projection(TOPIC_OF[body], announces=False)
            async with connection.transaction():
                await projection.write(connection, [State(each, version, 0) for each in of_topic])
    finally:
        await connection.close()


@asynccontextmanager
async def reader(app_dsn: str) -> AsyncGenerator[asyncpg.Connection]:
    """A connection as the gateway opens it to read."""
    connection = await asyncpg.connect(app_dsn, server_settings=CONNECTION_SETTINGS)
    try:
        yield connection
    finally:
        await connection.close()
