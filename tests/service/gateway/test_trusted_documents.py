"""Trusted documents as clients ask for them, where nothing else runs."""

import hashlib
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from chassis.database import Database
from chassis.ids import new_id
from gateway.requests import GRAPHQL
from gateway.trusted import Documents
from support.databases import ServiceDatabase
from support.graphql_api import GraphQLApi, graphql_api, token

HOME = "query Home($n: Int = 1) { people(first: $n) { totalCount } }"
ACCEPT = 'mutation Accept { acceptPairing(input: {pairingId: ""}) { __typename } }'
TRUSTED = {hashlib.sha256(text.encode()).hexdigest(): text for text in (HOME, ACCEPT)}
HOME_ID, ACCEPT_ID = TRUSTED
ANSWER = {"data": {"people": {"totalCount": 0}}}


@pytest.fixture(scope="module")
async def api(read_model: ServiceDatabase, pipe: Database) -> AsyncGenerator[GraphQLApi]:
    documents = Documents(TRUSTED, nothing_else=True, exempt=frozenset({"operator"}))
    async with graphql_api(
        read_model, pipe, token("ines", new_id()), documents=documents
    ) as serving:
        yield serving


def persisted(hash_: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_}}


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": HOME_ID},
        {"documentId": f"sha256:{HOME_ID}", "operationName": "Home", "variables": {"n": 7}},
        {"extensions": persisted(HOME_ID)},
        {"query": HOME, "extensions": persisted(HOME_ID)},
        {"query": HOME},
    ],
)
async def test_a_trusted_document_is_answered(api: GraphQLApi, body: Any) -> None:
    response = await api.post(body)

    assert (response.status_code, response.json()) == (200, ANSWER)


@pytest.mark.parametrize("accept", ["*/*", GRAPHQL])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"documentId": "sha256:unknown"}, "PERSISTED_QUERY_NOT_FOUND"),
        ({"documentId": HOME_ID, "query": "{ __typename }"}, "PERSISTED_QUERY_NOT_FOUND"),
        (
            {"query": "{ __typename }", "extensions": persisted("0" * 64)},
            "PERSISTED_QUERY_NOT_FOUND",
        ),
        ({"query": "{ __typename }"}, "DOCUMENT_NOT_TRUSTED"),
        ({"query": "{ __schema { types { name } } }"}, "DOCUMENT_NOT_TRUSTED"),
        ({"documentId": 7}, "BAD_REQUEST"),
        ({"extensions": {"persistedQuery": {"version": 1}}}, "BAD_REQUEST"),
        ({"extensions": {}}, "BAD_REQUEST"),
        ({"operationName": "Home"}, "BAD_REQUEST"),
    ],
)
async def test_nothing_else_is(api: GraphQLApi, body: Any, code: str, accept: str) -> None:
    response = await api.post(body, accept=accept)

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == code


async def test_what_was_refused_with_its_hash_is_not_registered(api: GraphQLApi) -> None:
    text = "{ __typename }"
    hash_ = hashlib.sha256(text.encode()).hexdigest()
    for body in ({"query": text, "extensions": persisted(hash_)}, {"documentId": hash_}):
        assert (await api.post(body)).status_code == 400


async def test_the_exempt_may_send_any_document(api: GraphQLApi) -> None:
    operator = token("olga", new_id(), "operator")
    answered = await api.ask("{ __typename }", authorization=f"Bearer {operator}")

    assert answered == {"data": {"__typename": "Query"}}


async def test_by_get_too_but_no_mutation(api: GraphQLApi) -> None:
    headers = {"authorization": f"Bearer {api.token}"}

    def parameters(document: str, extensions: str = "{}") -> dict[str, str]:
        return {"documentId": f"sha256:{document}", "extensions": extensions}

    query = await api.http.get("/graphql", params=parameters(HOME_ID), headers=headers)
    mutation = await api.http.get("/graphql", params=parameters(ACCEPT_ID), headers=headers)

    assert query.json() == ANSWER
    assert mutation.status_code == 405
