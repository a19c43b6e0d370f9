"""What is refused, and how: every no is typed, and nothing comes of it."""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from joserfc import jwt

from cairn_development.issuer import load_key
from cairn_development.settings import AUDIENCE
from chassis.identity import Caller
from chassis.topics import ends
from contracts.catalogue import TOPICS
from contracts.sessions import GOAL
from support.api import Api, mutation, nodes
from support.ledger import read_log
from support.organisation import Organisation, mentee, mentor, slot, uuid_of
from support.running import JSON, RunningPlatform

pytestmark = pytest.mark.platform

VIEWER = "{ viewer { givenName } }"
GOALS = "{ viewer { goals { totalCount } } }"


@pytest.fixture(scope="module")
async def tenant(platform: RunningPlatform) -> Organisation:
    """Ana offers, Ben and Cai seek."""
    tenant = Organisation(platform)
    await tenant.set_up()
    await tenant.take_up(mentor("ana"), mentee("ben"), mentee("cai"))
    return tenant


@pytest.fixture(scope="module")
async def programme_id(tenant: Organisation) -> str:
    return await tenant.programme()


@pytest.fixture(scope="module")
async def pairing_id(tenant: Organisation, programme_id: str) -> str:
    """Of Ana and Ben, who have not said yes."""
    return await tenant.propose(programme_id, "ana", "ben")


@pytest.fixture(scope="module")
async def ben(tenant: Organisation) -> Api:
    return await tenant.api("ben")


async def goals_of(api: Api) -> int:
    return (await api.query(GOALS))["viewer"]["goals"]["totalCount"]


def only_error(body: JSON) -> tuple[str, str]:
    """Its code and its message."""
    [error] = body["errors"]
    return error["extensions"]["code"], error["message"]


@pytest.mark.parametrize(
    ("given", "code", "names"),
    [
        ({"title": "A", "colour": "red"}, "BAD_USER_INPUT", "colour"),
        ({"title": 7}, "BAD_USER_INPUT", "title"),
        ({"title": None}, "BAD_USER_INPUT", "title"),
        ({}, "BAD_USER_INPUT", "title"),
        ({"title": "A", "dueOn": "soon"}, "BAD_USER_INPUT", "dueOn"),
        ({"title": "A", "pairingId": "Person:1"}, "BAD_ID", "pairingId"),
    ],
)
async def test_an_input_of_another_form_is_an_error_that_names_the_field(
    ben: Api, given: JSON, code: str, names: str
) -> None:
    before = await goals_of(ben)
    answer = await ben.ask(mutation("setGoal"), input=given)
    said_code, message = only_error(answer.json())
    assert (answer.status_code, said_code) == (200, code)
    assert names in message
    assert await goals_of(ben) == before


async def test_an_unknown_field_in_the_document_is_named(ben: Api) -> None:
    document = 'mutation { setGoal(input: {title: "A", colour: "red"}) { __typename } }'
    code, message = only_error((await ben.ask(document)).json())
    assert code == "GRAPHQL_VALIDATION_FAILED"
    assert "colour" in message


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"title": "A", "colour": "red"}', "$"),
        (b'{"title": 7}', "$.title"),
        (b'{"title": "A", "due_on": "soon"}', "$.due_on"),
        (b"{}", "$"),
        (b'{"title": "A"', "$"),
        (b'{"title": "\xff"}', "$"),
    ],
)
async def test_a_service_refuses_what_is_no_command_of_its(
    platform: RunningPlatform, tenant: Organisation, body: bytes, path: str
) -> None:
    caller = Caller(subject="ben", organisation_id=tenant.id, person_id=uuid_of(tenant.ids["ben"]))
    answer = await platform.command("sessions", "set-goal", caller, str(uuid4()), body)
    refusal = answer.json()["refusal"]
    assert (answer.status_code, refusal["code"], refusal["path"]) == (
        400,
        "invalid-command",
        path,
    )


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"topic": "A" * 201} | slot(days=1), "invalid-command", "input.topic"),
        ({"topic": " "} | slot(days=1), "invalid", None),
        ({"topic": "A"} | slot(days=-1), "invalid", None),
    ],
)
async def test_a_value_that_cannot_be_used_is_refused(
    tenant: Organisation,
    programme_id: str,
    given: dict[str, Any],
    code: str,
    path: str | None,
) -> None:
    cai = await tenant.api("cai")
    active_id = await tenant.pair(programme_id, "ana", "cai")
    refusal = await cai.refused("bookSession", pairingId=active_id, **given)
    await cai.done("endPairing", pairingId=active_id, reason="Tried")
    assert (refusal["code"], refusal["path"]) == (code, path)


async def test_an_illegal_transition_is_refused_with_a_code(ben: Api, pairing_id: str) -> None:
    refusal = await ben.refused("pausePairing", pairingId=pairing_id)
    assert refusal["code"] == "illegal-transition"
    assert "is proposed" in refusal["message"]
    read = await ben.query(
        "query Pairing($id: ID!) { node(id: $id) { ... on Pairing { status } } }", id=pairing_id
    )
    assert read["node"] == {"status": "PROPOSED"}


async def test_a_session_of_a_pairing_that_nobody_accepted_is_refused(
    ben: Api, pairing_id: str
) -> None:
    refusal = await ben.refused("bookSession", pairingId=pairing_id, topic="A", **slot(days=1))
    assert refusal["code"] == "not-yet-known"


async def test_the_same_key_gets_the_first_answer(platform: RunningPlatform, ben: Api) -> None:
    key, before = str(uuid4()), await goals_of(ben)
    once = [ben.done("setGoal", "goal { id }", key=key, title="Twice") for _ in range(2)]
    first, twin = await asyncio.gather(*once)  # whichever comes second waits for the other
    again = await ben.done("setGoal", "goal { id }", key=key, title="Twice")
    assert first == twin == again
    assert await goals_of(ben) == before + 1
    log = await read_log(platform.settings.kafka, TOPICS[GOAL])
    goal_id = str(uuid_of(first["goal"]["id"])).encode()
    assert [record.key for record in log].count(goal_id) == 1


async def test_a_repeated_refusal_is_the_first_one(ben: Api, pairing_id: str) -> None:
    key = str(uuid4())
    first = await ben.refused("resumePairing", key=key, pairingId=pairing_id)
    assert await ben.refused("resumePairing", key=key, pairingId=pairing_id) == first


async def test_the_same_key_with_another_body_is_refused(ben: Api) -> None:
    key = str(uuid4())
    await ben.done("setGoal", key=key, title="One")
    before = await goals_of(ben)
    refusal = await ben.refused("setGoal", key=key, title="Other")
    assert refusal["code"] == "idempotency-key-reused"
    assert await goals_of(ben) == before


async def test_a_key_is_its_clients_own(tenant: Organisation, ben: Api) -> None:
    key, ana = str(uuid4()), await tenant.api("ana")
    mine = await ben.done("setGoal", "goal { id }", key=key, title="Mine")
    hers = await ana.done("setGoal", "goal { id }", key=key, title="Hers")
    assert mine["goal"]["id"] != hers["goal"]["id"]


@pytest.mark.parametrize("key", ["", "é", "\n", "k" * 201])
async def test_a_key_of_another_form_is_an_error(ben: Api, key: str) -> None:
    answer = await ben.ask(mutation("setGoal"), input={"title": "A"}, key=key)
    assert only_error(answer.json())[0] == "BAD_USER_INPUT"


async def test_what_is_another_tenants_is_not_there(
    platform: RunningPlatform, tenant: Organisation, pairing_id: str, ben: Api
) -> None:
    """Also for the other's administrator, and told as of what there never was."""
    other = Organisation(platform)
    await other.set_up()
    await other.take_up(mentor("eve"))
    goal = await ben.done("setGoal", "goal { id }", title="Private")
    session_id = f"Session:{uuid4()}"
    attempts: list[tuple[str, str, JSON]] = [
        ("acceptPairing", pairing_id, {"pairingId": pairing_id}),
        ("updateProfile", tenant.ids["ben"], {"personId": tenant.ids["ben"], "aspiration": "A"}),
        ("removePerson", tenant.ids["ben"], {"personId": tenant.ids["ben"]}),
        ("dropGoal", goal["goal"]["id"], {"goalId": goal["goal"]["id"]}),
        ("cancelSession", session_id, {"sessionId": session_id}),
    ]
    for api in (await other.administrator(), await other.api("eve", "administrator")):
        for name, id_, given in attempts:
            refusal = await api.refused(name, **given)
            made_up = f"{id_.partition(':')[0]}:{uuid4()}"
            same = await api.refused(name, **{field: made_up if value == id_ else value
                                              for field, value in given.items()})  # fmt: skip
            message = same["message"].replace(str(uuid_of(made_up)), str(uuid_of(id_)))
            assert (refusal["code"], refusal["message"]) == ("not-found", message)
        read = "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id } }"
        ids = [id_ for _, id_, _ in attempts]
        assert (await api.query(read, ids=ids))["nodes"] == [None] * len(ids)
        people = (await api.query("{ people { edges { node { employeeNumber } } } }"))["people"]
        assert nodes(people) == [{"employeeNumber": "eve"}]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("setUpOrganisation", {"name": "Mine"}),
        ("importPeople", {"people": []}),
        ("openProgramme", {"name": "Mine", "startsOn": "2026-01-05"}),
        ("removePerson", {"personId": "ana"}),
        ("updateProfile", {"personId": "ana", "aspiration": "A"}),
        ("startMatchingRun", {"programmeId": "programme"}),
        ("proposePairing", {"programmeId": "programme", "mentorId": "ana", "menteeId": "ben"}),
    ],
)
async def test_a_member_does_not_do_an_administrators_work(
    tenant: Organisation, programme_id: str, ben: Api, name: str, given: JSON
) -> None:
    ids: dict[Any, str] = {**tenant.ids, "programme": programme_id}
    named = {field: ids.get(str(value), value) for field, value in given.items()}
    assert (await ben.refused(name, **named))["code"] == "not-allowed"


async def test_nobody_acts_for_another(tenant: Organisation, pairing_id: str) -> None:
    cai = await tenant.api("cai")
    assert (await cai.refused("acceptPairing", pairingId=pairing_id))["code"] == "not-allowed"
    read = await cai.query("query N($id: ID!) { node(id: $id) { id } }", id=pairing_id)
    assert read["node"] is None


async def test_without_a_token_there_is_no_answer(platform: RunningPlatform) -> None:
    answer = await platform.http.post(platform.gateway, json={"query": VIEWER})
    assert answer.status_code == 401
    assert only_error(answer.json())[0] == "UNAUTHENTICATED"
    assert answer.headers["www-authenticate"] == 'Bearer realm="cairn"'


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"exp": -120}, "expired"),
        ({"iat": 120}, "not in force"),
        ({"aud": "another"}, "audience"),
        ({"iss": "http://127.0.0.1:1"}, "issuer"),
        ({"organisation": "Meridian"}, "claim"),
    ],
)
async def test_a_token_that_does_not_hold_is_not_accepted(
    platform: RunningPlatform, tenant: Organisation, claims: JSON, why: str
) -> None:
    token = signed(platform, tenant.id, claims)
    answer = await Api(platform, token).ask(VIEWER)
    assert answer.status_code == 401
    code, message = only_error(answer.json())
    assert code == "UNAUTHENTICATED"
    assert why in message


async def test_a_token_that_somebody_changed_is_not_accepted(
    platform: RunningPlatform, tenant: Organisation
) -> None:
    header, claims, signature = signed(platform, tenant.id, {}).split(".")
    assert (await Api(platform, f"{header}.{claims}.{signature}").ask(VIEWER)).status_code == 200
    _, others, _ = signed(platform, tenant.id, {"roles": ["administrator"]}).split(".")
    assert (await Api(platform, f"{header}.{others}.{signature}").ask(VIEWER)).status_code == 401


async def test_a_service_takes_commands_from_the_gateway_only(
    platform: RunningPlatform, tenant: Organisation, ben: Api
) -> None:
    before = await ends(platform.settings.kafka, [TOPICS[GOAL]])
    port = platform.settings.port_of("sessions")
    for authorization in ({}, {"authorization": f"Bearer {ben.token}"}):
        answer = await platform.http.post(
            f"http://127.0.0.1:{port}/commands/set-goal",
            json={"title": "A"},
            headers={"idempotency-key": str(uuid4()), **authorization},
        )
        assert (answer.status_code, answer.json()["refusal"]["code"]) == (401, "unauthenticated")
    assert await ends(platform.settings.kafka, [TOPICS[GOAL]]) == before


def signed(platform: RunningPlatform, organisation_id: UUID, claims: JSON) -> str:
    """A token of the issuer that says what is given; times are seconds from now."""
    now = int(time.time())
    usual: JSON = {
        "iss": platform.settings.issuer,
        "aud": AUDIENCE,
        "sub": "ben",
        "iat": 0,
        "exp": 60,
        "organisation": str(organisation_id),
        "roles": [],
    }
    said = usual | claims
    said |= {name: now + said[name] for name in ("iat", "exp")}
    key = load_key(platform.folder.issuer_key)
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, said, key)
