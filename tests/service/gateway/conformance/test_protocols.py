"""GraphQL over HTTP and over WebSockets, by the specifications' own packages."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest

from chassis.database import Database
from contracts.sessions import SessionChange
from gateway.planner import global_id
from support.gateway import RunningGateway
from support.graphql_api import project
from support.node import run_node
from support.reading.office import Office

HERE = Path(__file__).parent
PROGRAMS = {"http.js": 61, "websocket.js": 16}  # with how many checks each makes
EVERY = 0.1  # seconds between two changes


@pytest.fixture(scope="module")
async def changing(pipe: Database, office: Office) -> AsyncGenerator[str]:
    """The id of a session that changes all the time."""

    async def change() -> None:
        version = 1
        while True:
            version += 1
            changed = msgspec.structs.replace(office.coming, topic=f"Topic {version}")
            await project(pipe, SessionChange.MOVED, changed, version)
            await asyncio.sleep(EVERY)

    task = asyncio.create_task(change())
    yield global_id("Session", office.coming.id)
    assert not task.done(), task.exception()
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("program", PROGRAMS)
async def test_the_protocol(
    gateway: RunningGateway,
    office: Office,
    changing: str,
    program: str,
    subtests: pytest.Subtests,
) -> None:
    token = gateway.token("Ana", office.id)
    printed = await run_node(
        HERE / program, URL=gateway.url, TOKEN=token, SESSION=changing, within=120
    )
    checks = [msgspec.json.decode(line) for line in printed.splitlines()]

    assert len(checks) == PROGRAMS[program]
    for check in checks:
        with subtests.test(check["name"]):
            assert check["problem"] is None
