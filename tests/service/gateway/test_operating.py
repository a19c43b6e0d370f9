"""What surrounds an answer: its cost, its request's id, its coding."""

import gzip
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import msgspec
import pytest

from chassis.database import Database
from chassis.ids import new_id
from gateway.rates import REFUSED
from gateway.requests import GRAPHQL
from support.databases import ServiceDatabase
from support.graphql_api import GraphQLApi, graphql_api, token

LIMIT = 12_000
ORGANISATION = new_id()
PEOPLE = "query ($n: Int!) { people(first: $n) { edges { node { id } } } }"  # costs n
PAIRING = f"Pairing:{new_id()}"
ACCEPT = f'mutation {{ acceptPairing(input: {{pairingId: "{PAIRING}"}}) {{ __typename }} }}'


@pytest.fixture(scope="module")
async def serving(read_model: ServiceDatabase, pipe: Database) -> AsyncGenerator[GraphQLApi]:
    async with graphql_api(read_model, pipe, "", limit=LIMIT) as api:
        yield api


@pytest.fixture
def api(serving: GraphQLApi) -> GraphQLApi:
    """On behalf of somebody who has not asked for anything yet."""
    serving.token = token(f"ines-{new_id()}", ORGANISATION)
    serving.services.requests.clear()
    return serving


def people(n: int, **extensions: Any) -> dict[str, Any]:
    return {"query": PEOPLE, "variables": {"n": n}, "extensions": extensions}


async def test_an_answer_tells_its_cost_where_it_is_asked_to(api: GraphQLApi) -> None:
    told = await api.post(people(7, cost="include"))
    silent = await api.post(people(7))

    answer = told.json()
    cost = answer["extensions"]["cost"]
    assert answer["data"] == {"people": {"edges": []}}
    assert (cost["requested"], cost["limit"]) == (7, LIMIT)
    assert LIMIT - 7 <= cost["remaining"] <= LIMIT  # it fills again at once
    assert silent.json() == {"data": {"people": {"edges": []}}}
    assert silent.headers["x-cost"] == "7"
    assert silent.headers["ratelimit-policy"] == f'"cost";q={LIMIT};w=60'
    assert LIMIT - 14 <= remaining(silent.headers["ratelimit"]) <= LIMIT


@pytest.mark.parametrize(("text", "cost"), [(PEOPLE, 100), (ACCEPT, 10 + len(ACCEPT) // 100)])
async def test_the_cost_can_be_asked_for_without_running_it(
    api: GraphQLApi, text: str, cost: int
) -> None:
    body = {"query": text, "variables": {"n": 100}, "extensions": {"cost": "only"}}
    response = await api.post(body, accept=GRAPHQL)

    assert response.status_code == 200
    answer = response.json()
    assert answer["data"] is None
    assert answer["extensions"]["cost"]["requested"] == cost
    assert answer["extensions"]["cost"]["remaining"] >= LIMIT - 1  # but for the document's text
    assert api.services.requests == []


async def test_the_cost_is_told_in_no_other_way(api: GraphQLApi) -> None:
    response = await api.post(people(1, cost="maybe"))

    assert response.status_code == 400


async def test_who_asks_for_too_much_waits(api: GraphQLApi) -> None:
    reports = "reports(first: 100) { edges { node { id } } }"
    text = f"{{ people(first: 98) {{ edges {{ node {{ id {reports} }} }} }} }}"
    answered = await api.post({"query": text})
    refused = await api.post({"query": text})

    assert (answered.status_code, refused.status_code) == (200, 429)
    assert int(refused.headers["retry-after"]) > 0
    [error] = refused.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["retryAfter"] == int(refused.headers["retry-after"])
    assert error["extensions"]["cost"]["limit"] == LIMIT
    assert error["extensions"]["cost"]["requested"] > error["extensions"]["cost"]["remaining"]
    assert "data" not in refused.json()


async def test_a_document_that_is_refused_costs_more(api: GraphQLApi) -> None:
    text = "{ " + "nothing " * 100 + "}"
    refused = await api.post({"query": text})

    assert "errors" in refused.json()
    assert refused.headers["x-cost"] == str(len(text) // 100 + REFUSED)


def remaining(header: str) -> int:
    return int(header.partition("r=")[2].partition(";")[0])


@pytest.mark.parametrize("given", [str(new_id()), new_id().hex])
async def test_a_request_keeps_the_id_that_it_came_with(api: GraphQLApi, given: str) -> None:
    api.services.says("accept-pairing", 200, {"written": [], "result": None})
    response = await api.post({"query": ACCEPT}, x_request_id=given)

    assert response.headers["x-request-id"] == str(UUID(given))
    [(_, headers, _)] = api.services.requests
    assert headers["correlation-id"] == str(UUID(given))


@pytest.mark.parametrize("given", ["", "7", "x" * 36, "-" * 36, "z" * 32, "1" * 10_000])
async def test_an_id_that_is_no_uuid_is_not_kept(api: GraphQLApi, given: str) -> None:
    response = await api.post(people(1), x_request_id=given)

    assert str(UUID(response.headers["x-request-id"])) == response.headers["x-request-id"] != given


async def test_long_answers_are_compressed_for_who_can_read_them(api: GraphQLApi) -> None:
    text = "{ __schema { types { name description } } }"
    headers = {
        "authorization": f"Bearer {api.token}",
        "content-type": "application/json",
        "accept-encoding": "gzip",
    }
    request = api.http.build_request("POST", "/graphql", json={"query": text}, headers=headers)
    response = await api.http.send(request, stream=True)
    raw = b"".join([chunk async for chunk in response.aiter_raw()])
    plain = await api.post({"query": text}, accept_encoding="identity")

    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"] == plain.headers["vary"] == "accept, accept-encoding"
    assert int(response.headers["content-length"]) == len(raw) < len(plain.content) / 3
    assert "content-encoding" not in plain.headers
    assert msgspec.json.decode(gzip.decompress(raw)) == plain.json()
