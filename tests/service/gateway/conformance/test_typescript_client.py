"""The TypeScript client at a gateway that runs only the documents of its build's manifest."""

import asyncio
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import msgspec
import pytest

from chassis.database import Database
from contracts.notifications import NotificationChange
from support.databases import ServiceDatabase
from support.gateway import RunningGateway, running_gateway
from support.graphql_api import project
from support.node import run_node
from support.proxy import Proxy
from support.reading.office import NOW, Office
from support.typescript import BUILD, MANIFEST
from support.waiting import eventually


@pytest.fixture(scope="module")
async def strict(
    typescript: None,
    read_model: ServiceDatabase,
    office: Office,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[RunningGateway]:
    settings = {"CAIRN_TRUSTED_DOCUMENTS": str(MANIFEST), "CAIRN_ONLY_TRUSTED": "true"}
    folder = tmp_path_factory.mktemp("strict")
    async with running_gateway(read_model, folder, **settings) as gateway:
        yield gateway


async def test_it_asks_by_id(strict: RunningGateway, office: Office) -> None:
    token = strict.token("Ana", office.id)
    printed = await run_node(BUILD / "example/trusted.js", URL=strict.url, TOKEN=token)
    assert msgspec.json.decode(printed) == {
        "name": "Ana Silva",
        "titles": ["Ben said yes", "You have a match"],
    }


async def test_it_says_what_is_wrong(strict: RunningGateway) -> None:
    with pytest.raises(AssertionError, match="RequestFailed: The access token is not accepted"):
        await run_node(BUILD / "example/trusted.js", URL=strict.url, TOKEN="none")


async def test_nothing_else_runs(strict: RunningGateway, office: Office) -> None:
    answer = await strict.http.post(
        strict.url,
        json={"query": "{ viewer { email } }"},
        headers={"authorization": f"Bearer {strict.token('Ana', office.id)}"},
    )
    assert answer.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


async def test_it_notices_that_its_connection_is_dead(
    strict: RunningGateway, office: Office, pipe: Database
) -> None:
    news = office.notify("News", NOW)
    network = Proxy(urlsplit(strict.url).port or 0)
    server = await asyncio.start_server(network.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    following = asyncio.create_task(
        run_node(
            BUILD / "test/follow.js",
            URL=f"http://127.0.0.1:{port}/graphql",
            TOKEN=strict.token("Ana", office.id),
            UNTIL=news.title,
        )
    )
    await eventually(lambda: follows(strict))
    before = network.dialled
    network.silent.set()
    network.deaf.set()
    await eventually(lambda: network.dialled > before)
    await project(pipe, NotificationChange.POSTED, news)
    network.heal()

    assert news.title in msgspec.json.decode(await following)
    server.close()


async def follows(gateway: RunningGateway) -> bool:
    """Whether somebody follows something there."""
    metrics = await gateway.http.get(gateway.url.replace("/graphql", "/metrics"))
    return "cairn_live_subscriptions 1.0" in metrics.text
