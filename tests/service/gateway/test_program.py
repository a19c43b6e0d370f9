"""The gateway's own program, as its settings make it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest

from chassis.ids import new_id
from gateway.graphiql import POLICY
from support.databases import ServiceDatabase
from support.gateway import RunningGateway, running_gateway

ACCEPT = """mutation { acceptPairing(input: {pairingId: "Pairing:%s"}) { __typename } }"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="module")
async def gateway(read_model: ServiceDatabase, folder: Path) -> AsyncGenerator[RunningGateway]:
    async with running_gateway(read_model, folder, CAIRN_GRAPHIQL="true") as running:
        yield running


async def ask(gateway: RunningGateway, query: str, **headers: str) -> httpx2.Response:
    token = gateway.token("ines", new_id(), "administrator")
    return await gateway.http.post(
        gateway.url,
        json={"query": query},
        headers={"authorization": f"Bearer {token}"} | headers,
    )


async def test_graphiql_is_there_where_it_is_asked_for(gateway: RunningGateway) -> None:
    page = await gateway.http.get(gateway.url.replace("/graphql", "/graphiql"))
    script = await gateway.http.get(gateway.url.replace("/graphql", "/graphiql/graphiql.js"))

    assert (page.status_code, script.status_code) == (200, 200)
    assert page.headers["content-security-policy"] == POLICY


async def test_what_is_logged_has_the_request_s_id(gateway: RunningGateway, folder: Path) -> None:
    request_id = str(new_id())
    answered = await ask(gateway, ACCEPT % new_id(), **{"x-request-id": request_id})

    assert answered.headers["x-request-id"] == request_id
    assert f'"request_id": "{request_id}"' in (folder / "gateway.log").read_text()


async def test_a_caller_has_a_limit_unless_it_is_told_otherwise(gateway: RunningGateway) -> None:
    answered = await ask(gateway, "{ __typename }")

    assert answered.headers["ratelimit-policy"] == '"cost";q=60000;w=60'
    assert answered.headers["x-cost"] == "1"
