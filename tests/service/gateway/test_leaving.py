"""A client who leaves takes the work for it along."""

import asyncio
from collections.abc import AsyncGenerator

import asyncpg
import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis.database import Database
from gateway.leaving import ClientLeft, unless_left
from support.databases import ServiceDatabase
from support.services import served
from support.waiting import eventually

SLEEP = "select pg_sleep(60) /* left alone */"
RUNNING = "select count(*) from pg_stat_activity where query = $1 and state = 'active'"


@pytest.fixture
async def superuser(read_model: ServiceDatabase) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(read_model.superuser)
    yield connection
    await connection.close()


async def test_its_statement_is_cancelled(app: Database, superuser: asyncpg.Connection) -> None:
    ends: list[str] = []

    async def sleep() -> None:
        async with app.connection() as connection:
            await connection.execute(SLEEP)

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await unless_left(Request(scope, receive).receive, sleep())
        except ClientLeft:
            ends.append("left")
        await Response()(scope, receive, send)

    async def running(count: int) -> bool:
        return await superuser.fetchval(RUNNING, SLEEP) == count

    async with served(endpoint) as url, httpx2.AsyncClient(trust_env=False) as client:
        asking = asyncio.create_task(client.get(url))
        await eventually(lambda: running(1))
        asking.cancel()
        await eventually(lambda: running(0))
        await eventually(lambda: ends == ["left"])


async def test_one_who_stays_has_the_answer_and_the_errors() -> None:
    async def receive() -> dict[str, str]:
        await asyncio.Event().wait()
        return {}

    async def work(error: Exception | None = None) -> str:
        await asyncio.sleep(0.15)  # long enough to be watched
        if error is not None:
            raise error
        return "done"

    assert await unless_left(receive, work()) == "done"
    for error in (TimeoutError("its own"), ValueError("another")):
        with pytest.raises(type(error), match=str(error)):
            await unless_left(receive, work(error))
