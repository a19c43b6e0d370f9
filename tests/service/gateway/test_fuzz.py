"""Whatever a client sends, it is answered in order, and never by a failure of ours."""

import asyncio
from typing import Any

import msgspec
import pytest
from graphql import print_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema, nodes

from chassis.database import Database
from chassis.ids import new_id
from gateway.mutations import MUTATIONS, MutationType
from gateway.requests import GRAPHQL
from gateway.schema import build_schema
from support.databases import ServiceDatabase
from support.graphql_api import GraphQLApi, graphql_api, token

USUAL = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)
MANY = settings(USUAL, max_examples=2_000, derandomize=False, database=None)

SCHEMA = print_schema(build_schema(MutationType)._schema)
SCALARS = {
    "Time": st.times().map(lambda time: nodes.String(time.isoformat())),
    "Date": st.dates().map(lambda day: nodes.String(day.isoformat())),
    "DateTime": st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z")),
    "Cursor": st.text(max_size=20).map(nodes.String),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    max_leaves=20,
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "query": JSON | st.sampled_from(["{ __typename }", "query ($n: Int) { viewer { id } }"]),
        "documentId": JSON,
        "operationName": JSON,
        "variables": JSON | st.dictionaries(st.text(), JSON),
        "extensions": JSON
        | st.fixed_dictionaries({}, optional={"cost": JSON, "persistedQuery": JSON}),
    },
)


def documents(mode: Mode) -> st.SearchStrategy[dict[str, Any]]:
    texts = from_schema(SCHEMA, custom_scalars=SCALARS, mode=mode)
    return texts.map(lambda text: {"query": text})


KINDS = {
    "documents": documents(Mode.POSITIVE),
    "wrong documents": documents(Mode.NEGATIVE),
    "bodies": BODIES,
    "JSON": JSON,
}


async def fuzz(
    read_model: ServiceDatabase,
    pipe: Database,
    sent: st.SearchStrategy[Any],
    often: settings,
) -> None:
    asker = token("ines", new_id(), "administrator")

    def run() -> None:
        with asyncio.Runner() as runner:
            opening = graphql_api(read_model, pipe, asker)
            api = runner.run(opening.__aenter__())
            refuse_all(api)
            try:
                often(given(sent)(lambda body: runner.run(is_answered(api, body))))()
            finally:
                runner.run(opening.__aexit__(None, None, None))

    await asyncio.to_thread(run)


def refuse_all(api: GraphQLApi) -> None:
    refusal = {"refusal": {"code": "not-allowed", "message": "Not today."}}
    for mutation in MUTATIONS.values():
        api.services.says(mutation.command, 403, refusal)


async def is_answered(api: GraphQLApi, body: Any) -> None:
    response = await api.send(msgspec.json.encode(body), accept=GRAPHQL)

    assert response.status_code < 500, response.text
    answer = response.json()
    assert set(answer) <= {"data", "errors", "extensions"}
    assert ("data" in answer) == (response.status_code == 200), answer
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] != "INTERNAL"


@pytest.mark.parametrize("kind", KINDS)
async def test_what_clients_may_send(
    read_model: ServiceDatabase, pipe: Database, kind: str
) -> None:
    await fuzz(read_model, pipe, KINDS[kind], USUAL)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
async def test_much_more_of_it(read_model: ServiceDatabase, pipe: Database, kind: str) -> None:
    await fuzz(read_model, pipe, KINDS[kind], MANY)
