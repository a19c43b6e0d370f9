"""Mutations: commands to services, refusals, and reading what was written."""

import asyncio
from typing import Any

import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response

from chassis.identity import Assertions
from chassis.ids import new_id
from contracts.matching import PairingChange, PairingStatus
from contracts.notifications import Notification, NotificationChange, NotificationKind
from gateway.planner import global_id
from support.graphql_api import SECRET, GraphQLApi, project
from support.the_two import INES, MARC, NOW, ORGANISATION, PAIRING, PAIRING_ID

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
