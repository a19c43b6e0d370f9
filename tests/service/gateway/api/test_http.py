"""`/graphql` over HTTP: media types, methods, and what is no request."""

from collections.abc import AsyncGenerator

import httpx2
import pytest

from gateway.requests import GRAPHQL, JSON, MAX_BODY
from support.graphql_api import GraphQLApi
from support.the_two import PAIRING_ID, token


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, JSON),
        ("*/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON}", JSON),
        (f"{GRAPHQL};q=0, */*;q=0.1", JSON),
        ("text/html, application/*;q=0.9", JSON),
    ],
    ids=str,
)
async def test_the_client_chooses_the_media_type(
    api: GraphQLApi, accept: str | None, kind: str
) -> None:
    headers = {} if accept is None else {"accept": accept}
    good = await api.send(b'{"query":"{ __typename }"}', **headers)
    bad = await api.send(b'{"query":"{ nothing }"}', **headers)

    assert good.headers["content-type"] == f"{kind}; charset=utf-8"
    assert (good.status_code, bad.status_code) == (200, 400 if kind == GRAPHQL else 200)
    assert "data" not in bad.json()


async def test_an_answer_of_another_kind_cannot_be_had(api: GraphQLApi) -> None:
    assert (await api.send(b"{}", accept="text/html")).status_code == 406


@pytest.mark.parametrize("media_type", [JSON, GRAPHQL])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'[{"query":"{ __typename }"}]', 400),
        (b"{}", 400),
        (b'{"query":null}', 400),
        (b'{"query":7}', 400),
        (b'{"query":"{ __typename }","variables":[]}', 400),
        (b'{"query":"{ __typename }","variables":"{}"}', 400),
        (b'{"query":"{ __typename }","extensions":7}', 400),
        (b'{"query":"{ __typename }","operationName":{}}', 400),
        (b'{"query":"{ __typename }","variables":{"a":NaN}}', 400),
        (b'\xef\xbb\xbf{"query":"{ __typename }"}', 400),
        (b'{"query":"\xff"}', 400),
        (b'{"query":"\\ud800"}', 400),
        (b'{"query":"{ __typename }","variables":' + b"[" * 100_000, 400),
        (b'{"query":"{ __typename }","variables":{"a":' + b'{"a":' * 30_000 + b"1", 400),
        (b" " * (MAX_BODY + 1), 413),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_what_is_not_a_graphql_request(
    api: GraphQLApi, body: bytes, status: int, media_type: str
) -> None:
    response = await api.send(body, accept=media_type)

    assert response.status_code == status
    assert response.json()["errors"][0]["message"]


async def test_a_body_without_a_length_is_cut_off_too(api: GraphQLApi) -> None:
    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(1000):
            yield b" " * 10_000

    response = await api.http.post(
        "/graphql",
        content=endless(),
        headers={"authorization": f"Bearer {token()}", "content-type": JSON},
    )

    assert response.status_code == 413


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "application/xml",
    ],
)
async def test_what_browsers_send_unasked_is_refused(api: GraphQLApi, content_type: str) -> None:
    response = await api.send(b'{"query":"{ __typename }"}', content_type=content_type)

    assert response.status_code == 415


async def get(api: GraphQLApi, **parameters: str) -> httpx2.Response:
    return await api.http.get(
        "/graphql", params=parameters, headers={"authorization": f"Bearer {token()}"}
    )


async def test_queries_come_with_get_too(api: GraphQLApi) -> None:
    response = await get(
        api,
        query="query A { __typename } query B($n: Int) { sites(first: $n) { totalCount } }",
        operationName="B",
        variables='{"n":1}',
    )

    assert response.json() == {"data": {"sites": {"totalCount": 1}}}


async def test_mutations_do_not_come_with_get(api: GraphQLApi) -> None:
    field = f'acceptPairing(input: {{pairingId: "{PAIRING_ID}"}}) {{ __typename }}'
    response = await get(api, query=f"mutation {{ {field} }}")

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert api.services.requests == []


@pytest.mark.parametrize("variables", ["{", "[]", "7"])
async def test_bad_variables_in_the_address(api: GraphQLApi, variables: str) -> None:
    assert (await get(api, query="{ __typename }", variables=variables)).status_code == 400


async def test_other_methods_are_refused(api: GraphQLApi) -> None:
    response = await api.http.put(
        "/graphql", content=b"{}", headers={"authorization": f"Bearer {token()}"}
    )

    assert response.status_code == 405


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_a_mutation_that_does_nothing_does_not_come_with_get_either(
    api: GraphQLApi, accept: str
) -> None:
    response = await api.http.get(
        "/graphql",
        params={"query": "mutation { __typename }"},
        headers={"authorization": f"Bearer {token()}", "accept": accept},
    )

    assert response.status_code == 405, response.text
