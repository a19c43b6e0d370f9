"""Who asks, and what is theirs to see; and when the database is away."""

from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.events import read_event
from chassis.ids import new_id
from contracts.catalogue import TOPICS
from contracts.profiles import PersonChange
from gateway.planner import global_id
from gateway.projection import Projection
from support.databases import ServiceDatabase
from support.graphql_api import GraphQLApi, project
from support.harness import Heard, happened
from support.the_two import INES, ORGANISATION, person, token


async def test_a_query_is_answered_on_behalf_of_who_asks(api: GraphQLApi) -> None:
    answer = await api.ask("query Me { viewer { givenName site { city } } }")

    assert answer == {"data": {"viewer": {"givenName": "Ines", "site": {"city": "Lisbon"}}}}


async def test_every_answer_has_a_request_id_and_is_not_kept(api: GraphQLApi) -> None:
    response = await api.send(b'{"query":"{ __typename }"}')

    assert UUID(response.headers["x-request-id"])
    assert response.headers["cache-control"] == "no-store"


async def test_who_is_not_in_the_read_model_yet_is_nobody_and_is_looked_up_again(
    api: GraphQLApi,
) -> None:
    newcomer = person(f"new-{uuid4()}")
    authorization = f"Bearer {token(newcomer.subject)}"
    query = "{ viewer { givenName } }"

    before = await api.ask(query, authorization=authorization)
    await project(api.pipe, PersonChange.JOINED, newcomer)
    after = await api.ask(query, authorization=authorization)

    assert before == {"data": {"viewer": None}}
    assert after["data"]["viewer"] is not None


async def test_another_organisations_people_do_not_exist(api: GraphQLApi) -> None:
    authorization = f"Bearer {token('ines', new_id(), 'administrator')}"
    answer = await api.ask(
        "query($id: ID!) { node(id: $id) { id } viewer { id } people { totalCount } }",
        {"id": global_id("Person", INES.id)},
        authorization=authorization,
    )

    assert answer == {"data": {"node": None, "viewer": None, "people": {"totalCount": 0}}}


@pytest.mark.parametrize(
    "authorization", ["", "Basic aW5lczppbmVz", "Bearer", "Bearer ", "Bearer abc"], ids=str
)
async def test_without_a_token_there_is_no_answer(api: GraphQLApi, authorization: str) -> None:
    response = await api.send(b'{"query":"{ __typename }"}', authorization=authorization)

    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_token_in_the_address_is_ignored(api: GraphQLApi) -> None:
    response = await api.http.get(f"/graphql?query={{__typename}}&access_token={token()}")

    assert response.status_code == 401


async def test_a_database_that_is_away_is_no_secret_and_passes(
    api: GraphQLApi, read_model: ServiceDatabase
) -> None:
    superuser = await asyncpg.connect(read_model.superuser)
    await superuser.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gateway'"
    )
    assert (await api.ask("{ sites { totalCount } }"))["data"] == {"sites": {"totalCount": 1}}

    await superuser.execute("alter role gateway_app nologin")
    await superuser.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gateway'"
    )
    try:
        response = await api.send(b'{"query":"{ sites { totalCount } }"}')
    finally:
        await superuser.execute("alter role gateway_app login")
        await superuser.close()

    assert response.status_code in {500, 503}
    assert "gateway_app" not in response.text
    assert response.json()["errors"][0]["extensions"]["code"] in {"INTERNAL", "UNAVAILABLE"}
    assert (await api.ask("{ sites { totalCount } }"))["data"] == {"sites": {"totalCount": 1}}


TRAIL = """
query($id: ID!) {
  eventTrail(id: $id) { id type source subject version time actor causationId correlationId }
}
"""


async def test_the_trail_of_an_event_is_for_administrators_and_operators(api: GraphQLApi) -> None:
    first = happened(PersonChange.CHANGED, INES, version=1)
    headers = {name: value.decode() for name, value in first.headers}
    second = happened(PersonChange.CHANGED, INES, version=1)
    caused = {**dict(second.headers), "ce_causationid": headers["ce_id"].encode()}
    second = Heard(second.topic, second.key, second.value, list(caused.items()))
    projection = Projection(TOPICS[first.topic])
    async with api.pipe.transaction() as connection:
        await projection.apply(
            connection, [read_event(each, projection.decode) for each in (first, second)]
        )

    event = {"id": caused["ce_id"].decode()}
    for role in ("administrator", "operator"):
        authorization = f"Bearer {token('ines', ORGANISATION, role)}"
        trail = (await api.ask(TRAIL, event, authorization=authorization))["data"]["eventTrail"]
        assert [each["id"] for each in trail] == [headers["ce_id"], event["id"]]
        assert trail[0]["type"] == "profiles.person.changed"
        assert trail[0]["subject"] == str(INES.id)
        assert trail[1]["causationId"] == headers["ce_id"]
        assert datetime.fromisoformat(trail[0]["time"]) == datetime.fromisoformat(
            headers["ce_time"]
        )
    nobody = {"data": {"eventTrail": None}}
    assert await api.ask(TRAIL, event) == nobody
    elsewhere = f"Bearer {token('ines', new_id(), 'administrator')}"
    assert await api.ask(TRAIL, event, authorization=elsewhere) == nobody
    for id_ in (str(new_id()), "7", global_id("Person", INES.id)):
        assert await api.ask(TRAIL, {"id": id_}, authorization=authorization) == nobody
