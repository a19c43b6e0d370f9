"""The read model filled as the projector fills it, and read as the gateway reads it."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from contracts.catalogue import TOPICS, Topic
from gateway import indexing
from gateway.planner import CONNECTION_SETTINGS
from gateway.projection import TABLES, columns_of, upsert

TOPIC_OF = {topic.body: topic for topic in TOPICS.values()}


async def fill(pipe_dsn: str, states: Iterable[msgspec.Struct], *, version: int = 1) -> None:
    by_topic: dict[type, list[msgspec.Struct]] = defaultdict(list)
    for state in states:
        by_topic[type(state)].append(state)
    connection = await asyncpg.connect(pipe_dsn)
    try:
        for body, of_topic in by_topic.items():
            topic: Topic = TOPIC_OF[body]
            rows = [
                msgspec.to_builtins(state) | {"version": version, "changed": 0}
                for state in of_topic
            ]
            statement = upsert(TABLES[topic.name], columns_of(topic))
            await connection.execute(statement, msgspec.json.encode(rows).decode(), topic.name)
            if topic.name in indexing.TOPICS:
                await _have_terms(connection, TABLES[topic.name], of_topic, version)
    finally:
        await connection.close()


async def _have_terms(
    connection: asyncpg.Connection, table: str, states: Iterable[Any], version: int
) -> None:
    async with connection.transaction():
        written = [
            indexing.Written(each.organisation_id, each.id, version, each) for each in states
        ]
        await indexing.refresh(connection, table, written)


@asynccontextmanager
async def reader(app_dsn: str) -> AsyncGenerator[asyncpg.Connection]:
    """A connection as the gateway opens it to read."""
    connection = await asyncpg.connect(app_dsn, server_settings=CONNECTION_SETTINGS)
    try:
        yield connection
    finally:
        await connection.close()
