"""`/graphql` as clients meet it: HTTP, sign-in, queries, mutations, and what goes wrong."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response

from chassis.database import Database
from chassis.events import read_event
from chassis.identity import Assertions
from chassis.ids import new_id
from contracts.catalogue import TOPICS
from contracts.matching import Pairing, PairingChange, PairingStatus
from contracts.notifications import Notification, NotificationChange, NotificationKind
from contracts.profiles import Person, PersonChange, Site, SiteChange
from gateway.planner import global_id
from gateway.projection import Projection
from gateway.requests import GRAPHQL, JSON, MAX_BODY
from support import graphql_api
from support.databases import ServiceDatabase
from support.graphql_api import SECRET, GraphQLApi, project
from support.harness import Heard, happened

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ORGANISATION = new_id()


def token(subject: str = "ines", organisation: UUID = ORGANISATION, *roles: str) -> str:
    return graphql_api.token(subject, organisation, *roles)


def person(subject: str, **changes: Any) -> Person:
    usual: dict[str, Any] = {
        "id": new_id(),
        "organisation_id": ORGANISATION,
        "employee_number": subject,
        "subject": subject,
        "email": f"{subject}@example.org",
        "given_name": subject.title(),
        "family_name": "Silva",
        "job_title": "Engineer",
        "site_id": SITE.id,
        "time_zone": "Europe/Lisbon",
        "joined_at": NOW,
    }
    return Person(**usual | changes)


SITE = Site(
    id=new_id(),
    organisation_id=ORGANISATION,
    code="LIS",
    name="Lisbon",
    city="Lisbon",
    country="PT",
    time_zone="Europe/Lisbon",
)
INES, MARC = person("ines"), person("marc")
PAIRING = Pairing(
    id=new_id(),
    organisation_id=ORGANISATION,
    programme_id=new_id(),
    mentor_id=MARC.id,
    mentee_id=INES.id,
    proposed_at=NOW,
)
PAIRING_ID = global_id("Pairing", PAIRING.id)


@pytest.fixture(scope="module")
async def everything(read_model: ServiceDatabase, pipe: Database) -> AsyncGenerator[GraphQLApi]:
    await project(pipe, SiteChange.OPENED, SITE)
    for each in (INES, MARC):
        await project(pipe, PersonChange.JOINED, each)
    await project(pipe, PairingChange.PROPOSED, PAIRING)
    async with graphql_api.graphql_api(read_model, pipe, token()) as api:
        yield api


@pytest.fixture
def api(everything: GraphQLApi) -> GraphQLApi:
    everything.services.answers.clear()
    everything.services.requests.clear()
    return everything


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


ACCEPT = """
mutation Accept($id: ID!, $key: String) {
  acceptPairing(input: {pairingId: $id}, idempotencyKey: $key) {
    __typename
    ... on AcceptPairingPayload { current pairing { id status mentor { givenName } } }
    ... on Refusal { code message }
    ... on Refused { path }
    ... on Busy { retryAfter idempotencyKey }
    ... on OutcomeUnknown { idempotencyKey }
  }
}
"""


def written(version: int) -> dict[str, Any]:
    one = {"aggregate": "matching.pairing", "id": str(PAIRING.id), "version": version}
    return {"written": [one], "result": None, "repeated": False}


async def test_a_mutation_is_a_command_and_then_reads_its_own_writes(api: GraphQLApi) -> None:
    accepted = msgspec.structs.replace(PAIRING, status=PairingStatus.ACTIVE)

    async def answer(_: Request) -> Response:
        async def later() -> None:
            await asyncio.sleep(0.1)
            await project(api.pipe, PairingChange.ACTIVATED, accepted, 2)

        later_task.append(asyncio.create_task(later()))
        return Response(msgspec.json.encode(written(2)))

    later_task: list[asyncio.Task[None]] = []
    api.services.answers["accept-pairing"] = answer
    answered = await api.ask(ACCEPT, {"id": PAIRING_ID, "key": "my-key"})

    assert answered == {
        "data": {
            "acceptPairing": {
                "__typename": "AcceptPairingPayload",
                "current": True,
                "pairing": {"id": PAIRING_ID, "status": "ACTIVE", "mentor": {"givenName": "Marc"}},
            }
        }
    }
    [(_, headers, body)] = api.services.requests
    assert body == {"pairing_id": str(PAIRING.id)}
    assert headers["idempotency-key"] == "my-key"
    caller = Assertions(SECRET).check(headers["authorization"].removeprefix("Bearer "))
    assert (caller.subject, caller.person_id) == ("ines", INES.id)
    await later_task[0]


async def test_when_the_read_model_lags_the_answer_says_so(api: GraphQLApi) -> None:
    api.services.says("accept-pairing", 200, written(99))

    answered = await api.ask(ACCEPT, {"id": PAIRING_ID})

    payload = answered["data"]["acceptPairing"]
    assert payload["__typename"] == "AcceptPairingPayload"
    assert payload["current"] is False
    assert payload["pairing"]["id"] == PAIRING_ID


async def test_each_mutation_without_a_key_has_one_of_its_own(api: GraphQLApi) -> None:
    api.services.says("accept-pairing", 200, {"written": [], "result": None})
    for _ in range(2):
        await api.ask(ACCEPT, {"id": PAIRING_ID})

    keys = {headers["idempotency-key"] for _, headers, _ in api.services.requests}
    assert len(keys) == 2


async def test_a_refusal_is_an_answer(api: GraphQLApi) -> None:
    refusal = {"code": "invalid-command", "message": "Wrong.", "path": "$.pairing_id"}
    api.services.says("accept-pairing", 400, {"refusal": refusal})

    answered = await api.ask(ACCEPT, {"id": PAIRING_ID})

    assert answered["data"]["acceptPairing"] == {
        "__typename": "Refused",
        "code": "invalid-command",
        "message": "Wrong.",
        "path": "input.pairingId",
    }


async def test_busy_and_unknown_outcomes_come_with_the_key(
    api: GraphQLApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.services.says("accept-pairing", 503, {}, retry_after="3")
    busy = (await api.ask(ACCEPT, {"id": PAIRING_ID, "key": "k1"}))["data"]["acceptPairing"]
    assert (busy["__typename"], busy["retryAfter"], busy["idempotencyKey"]) == ("Busy", 3, "k1")

    async def answer(_: Request) -> Response:
        await asyncio.sleep(1)
        return Response()

    api.services.answers["accept-pairing"] = answer
    monkeypatch.setattr("gateway.commands.DEADLINE", 0.1)
    unknown = (await api.ask(ACCEPT, {"id": PAIRING_ID, "key": "k2"}))["data"]["acceptPairing"]
    assert (unknown["__typename"], unknown["idempotencyKey"]) == ("OutcomeUnknown", "k2")


async def test_a_failing_service_is_masked_and_the_rest_is_answered(api: GraphQLApi) -> None:
    api.services.says("accept-pairing", 500, {"detail": "secret-dsn"})
    api.services.says("set-preferences", 200, {"written": [], "result": None})

    answered = await api.ask(
        """
        mutation($id: ID!) {
          a: acceptPairing(input: {pairingId: $id}) { __typename }
          b: setPreferences(input: {email: false}) { __typename }
        }
        """,
        {"id": PAIRING_ID},
    )

    assert answered["data"] == {"a": None, "b": {"__typename": "SetPreferencesPayload"}}
    [error] = answered["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["a"], "INTERNAL")
    assert len(error["extensions"]["traceId"]) == 32
    assert "secret" not in msgspec.json.encode(answered).decode()
    assert [name for name, *_ in api.services.requests] == ["accept-pairing", "set-preferences"]


@pytest.mark.parametrize(
    ("id_", "message"),
    [
        ("", "no global id"),
        ("7", "no global id"),
        (str(PAIRING.id), "no global id"),
        (global_id("Person", INES.id), "not of a Person"),
    ],
)
async def test_an_id_of_another_kind_is_named(api: GraphQLApi, id_: str, message: str) -> None:
    answered = await api.ask(ACCEPT, {"id": id_})

    [error] = answered["errors"]
    assert error["extensions"]["code"] == "BAD_ID"
    assert "`input.pairingId`" in error["message"]
    assert message in error["message"]
    assert api.services.requests == []


@pytest.mark.parametrize("key", ["", "x" * 201, "é", "a\nb"])
async def test_a_key_that_no_header_can_carry(api: GraphQLApi, key: str) -> None:
    answered = await api.ask(ACCEPT, {"id": PAIRING_ID, "key": key})

    assert answered["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_absent_and_null_are_told_apart_where_it_matters(api: GraphQLApi) -> None:
    api.services.says("update-goal", 200, {"written": [], "result": None})
    goal_id = new_id()
    await api.ask(
        """
        mutation($id: ID!) {
          updateGoal(input: {goalId: $id, progress: null, dueOn: null}) { __typename }
        }
        """,
        {"id": global_id("Goal", goal_id)},
    )

    [(_, _, body)] = api.services.requests
    assert body == {"goal_id": str(goal_id), "due_on": None}


async def test_values_reach_the_service_as_it_reads_them(api: GraphQLApi) -> None:
    api.services.says("book-session", 200, {"written": [], "result": None})
    api.services.says("update-profile", 200, {"written": [], "result": None})
    await api.ask(
        """
        mutation($pairing: ID!, $person: ID!) {
          bookSession(input: {
            pairingId: $pairing, topic: "First", startsAt: "2026-03-02T09:30:00+01:00",
            endsAt: "2026-03-02T10:30:00+01:00"
          }) { __typename }
          updateProfile(input: {
            personId: $person, visibility: SITE,
            availability: [{weekday: 1, opens: "09:00:00", closes: "11:30:00"}]
          }) { __typename }
        }
        """,
        {"pairing": PAIRING_ID, "person": global_id("Person", INES.id)},
    )

    (_, _, session), (_, _, profile) = api.services.requests
    assert session == {
        "pairing_id": str(PAIRING.id),
        "topic": "First",
        "starts_at": "2026-03-02T09:30:00+01:00",
        "ends_at": "2026-03-02T10:30:00+01:00",
    }
    assert profile == {
        "person_id": str(INES.id),
        "visibility": "site",
        "availability": [{"weekday": 1, "opens": "09:00:00", "closes": "11:30:00"}],
    }


async def test_a_bulk_command_says_what_became_of_the_rows(api: GraphQLApi) -> None:
    result = {
        "created": 1,
        "changed": 0,
        "unchanged": 2,
        "refused": [{"row": 3, "field": "given_name", "message": "It is empty."}],
        "warned": [],
    }
    api.services.says("import-people", 200, {"written": [], "result": result})
    answered = await api.ask(
        """
        mutation($people: [PersonInput!]!) {
          importPeople(input: {people: $people}) {
            ... on ImportPeoplePayload {
              created changed unchanged refused { row field message } warned { row } current
            }
          }
        }
        """,
        {"people": []},
    )

    assert answered["data"]["importPeople"] == {
        **result,
        "refused": [{"row": 3, "field": "givenName", "message": "It is empty."}],
        "current": True,
    }


async def test_too_many_mutations_at_once_are_refused_before_any_is_carried_out(
    api: GraphQLApi,
) -> None:
    fields = " ".join(
        f"m{n}: setPreferences(input: {{email: true}}) {{ __typename }}" for n in range(11)
    )
    answered = await api.ask(f"mutation {{ {fields} }}")

    assert answered["errors"][0]["extensions"]["code"] == "TOO_LARGE"
    assert api.services.requests == []


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


async def test_a_mutation_may_ask_for_its_own_name(api: GraphQLApi) -> None:
    api.services.says("accept-pairing", 200, {"written": [], "result": None})
    answered = await api.ask(
        "mutation($id: ID!) {"
        " t: __typename acceptPairing(input: {pairingId: $id}) { __typename } }",
        {"id": PAIRING_ID},
    )

    payload = {"__typename": "AcceptPairingPayload"}
    assert answered == {"data": {"t": "Mutation", "acceptPairing": payload}}


async def test_a_payload_may_show_several_things_and_none_that_is_somebody_elses(
    api: GraphQLApi,
) -> None:
    mine, theirs = (
        Notification(
            id=new_id(),
            organisation_id=ORGANISATION,
            person_id=person_id,
            kind=NotificationKind.PAIRING_PROPOSED,
            title="We found you a mentor",
            body="",
            about_type="matching.pairing",
            about_id=PAIRING.id,
            posted_at=NOW,
            read_at=NOW,
        )
        for person_id in (INES.id, MARC.id)
    )
    for each in (mine, theirs):
        await project(api.pipe, NotificationChange.READ, each, 2)
    api.services.says("mark-read", 200, {"written": [], "result": None})

    answered = await api.ask(
        """
        mutation($ids: [ID!]!) {
          markRead(input: {notificationIds: $ids}) {
            ... on MarkReadPayload { notifications { title readAt } current }
          }
        }
        """,
        {"ids": [global_id("Notification", each.id) for each in (theirs, mine)]},
    )

    assert answered["data"]["markRead"] == {
        "notifications": [
            None,
            {"title": "We found you a mentor", "readAt": "2026-03-01T09:30:00+00:00"},
        ],
        "current": True,
    }
