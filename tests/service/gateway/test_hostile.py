"""Hostile documents and slow bodies, over HTTP: refused for what they are, and then forgotten."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from chassis.database import Database
from chassis.ids import new_id
from gateway import requests
from gateway.requests import GRAPHQL, JSON, MAX_BODY
from support.databases import ServiceDatabase
from support.graphql_api import GraphQLApi, graphql_api, token
from support.hostile import DOCUMENTS, Hostile


@pytest.fixture(scope="module")
async def api(read_model: ServiceDatabase, pipe: Database) -> AsyncGenerator[GraphQLApi]:
    async with graphql_api(read_model, pipe, token("ines", new_id())) as serving:
        yield serving


@pytest.mark.parametrize("hostile", DOCUMENTS, ids=lambda each: each.name)
async def test_it_is_refused(api: GraphQLApi, hostile: Hostile) -> None:
    body = {"query": hostile.text, "variables": hostile.variables}
    response = await api.post(body, accept=GRAPHQL)

    answer = response.json()
    if response.status_code == 413:
        assert len(hostile.text) + 4 * len(str(hostile.variables)) > MAX_BODY
    else:
        assert response.status_code == 400
    assert answer["errors"][0]["extensions"]["code"] == hostile.code
    assert len(response.content) < MAX_BODY / 4  # what is refused is not said back at length
    assert "data" not in answer


async def test_nothing_is_suggested(api: GraphQLApi) -> None:
    text = """query ($a: Persons) {
      viewr { id } viewer(i: 1) { fullNam } nodes(id: []) { id }
      people(first: 1) @skp(if: true) { edge { node { id } } }
    }"""
    told = (await api.ask(text))["errors"]

    assert len(told) > 2
    assert not [error for error in told if "id you mean" in error["message"]]


async def test_a_body_that_comes_too_slowly_is_cut_off(
    api: GraphQLApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_TIMEOUT", 0.2)
    never = asyncio.Event()

    async def slow() -> AsyncGenerator[bytes]:
        yield b'{"query":'
        await never.wait()

    response = await api.http.post(
        "/graphql",
        content=slow(),
        headers={"authorization": f"Bearer {api.token}", "content-type": JSON},
    )

    assert response.status_code == 408
    assert response.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize(
    "body",
    [
        b'{"query":"{ viewer { id } }","query":"{ __typename }"}',
        b'{"query":"{ viewer { id } }","qu\\u0065ry":"{ __typename }"}',
        b'{"query":"{ viewer { id } }","variables":{"a":{"b":1,"b":2}}}',
    ],
)
async def test_a_name_twice_in_a_body(api: GraphQLApi, body: bytes) -> None:
    response = await api.send(body)

    assert response.status_code == 400
    assert "the same name twice" in response.json()["errors"][0]["message"]
