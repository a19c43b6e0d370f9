"""graphql-transport-ws as its specification has it, and clients who do not keep to it."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from chassis.database import Database
from chassis.ids import new_id
from chassis.sockets import LARGEST_MESSAGE
from contracts.profiles import Person, PersonChange
from gateway.live import socket
from gateway.live.shared import MOST_SOCKETS
from gateway.live.socket import MOST_OPERATIONS
from gateway.tokens import LEEWAY
from gateway.trusted import Documents
from support import graphql_api
from support.databases import ServiceDatabase
from support.graphql_api import GraphQLApi, project
from support.live import LiveClient, opened, serving

ORGANISATION = new_id()
HOME = "subscription { home { fullName } }"
INES = Person(
    id=new_id(),
    organisation_id=ORGANISATION,
    employee_number="1",
    subject="ines",
    email="ines@example.org",
    given_name="Ines",
    family_name="Silva",
    job_title="Engineer",
    site_id=new_id(),
    time_zone="Europe/Lisbon",
    joined_at="2026-03-01T09:30:00+00:00",  # pyright: ignore
)
INIT = {"type": "connection_init"}
QUERY = {"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { id } }"}}


def token(subject: str = "ines", seconds: float = 600) -> str:
    return graphql_api.token(subject, ORGANISATION, seconds=seconds)


@pytest.fixture(scope="module")
async def api(read_model: ServiceDatabase, pipe: Database) -> AsyncGenerator[GraphQLApi]:
    await project(pipe, PersonChange.JOINED, INES)
    async with graphql_api.graphql_api(read_model, pipe, token()) as api:
        yield api


@pytest.fixture(scope="module")
async def address(api: GraphQLApi) -> AsyncGenerator[str]:
    async with serving(api.shared) as address:
        yield address


@pytest.fixture
async def live(address: str) -> AsyncGenerator[LiveClient]:
    async with opened(address, token()) as live:
        yield live


async def test_queries_and_mutations_are_answered_over_the_socket(
    api: GraphQLApi, live: LiveClient
) -> None:
    query = await live.subscribe("{ viewer { givenName } }")
    assert await live.told(query) == {"viewer": {"givenName": "Ines"}}
    assert await live.hear() == {"type": "complete", "id": query}

    refusal = {"code": "not-allowed", "message": "Not yours."}
    api.services.says("set-preferences", 403, {"refusal": refusal})
    mutation = await live.subscribe(
        "mutation { setPreferences(input: {email: false}) { __typename } }"
    )
    assert set(await live.told(mutation)) == {"setPreferences"}
    assert await live.hear() == {"type": "complete", "id": mutation}


@pytest.mark.parametrize("cost", ["only", "include"])
async def test_the_cost_is_not_told_here_and_nothing_is_run_for_it(
    live: LiveClient, cost: str
) -> None:
    payload = {"query": "{ viewer { id } }", "extensions": {"cost": cost}}
    await live.say("subscribe", id="cost", payload=payload)

    assert await live.error("cost") == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { a: home { id } b: home { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { session(id: "Person:1") { id } }', "BAD_ID"),
        ("subscription { inbox(first: 101) { totalCount } }", "BAD_PAGE"),
        ("subscription { home " + 25 * "{ manager " + "{ id }" + 26 * " }", "TOO_LARGE"),
    ],
    ids=lambda value: value if value.isupper() else "",
)
async def test_what_is_wrong_with_an_operation_is_told_and_the_socket_goes_on(
    live: LiveClient, query: str, code: str
) -> None:
    id_ = await live.subscribe(query)
    assert await live.error(id_) == code

    assert (await live.told(await live.subscribe(HOME)))["home"]["fullName"] == "Ines Silva"


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([QUERY], 4401),
        ([{"type": "ping"}], 4400),
        ([INIT], 4403),
        ([INIT | {"payload": {"authorization": "Bearer nonsense"}}], 4403),
        ([INIT | {"payload": {"authorization": ["Bearer"]}}], 4403),
        ([INIT | {"payload": "a"}], 4400),
        ([{"type": "start", "id": "1"}], 4400),
        ([["connection_init"]], 4400),
        (["{"], 4400),
        (["[" * 50_000], 4400),
        (['{"type": "connection_init", "payload": {"a": "\\ud800"}}'], 4400),
        ([b"{}"], 4400),
        (["x" * (LARGEST_MESSAGE + 1)], 1009),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_who_does_not_sign_in_is_hung_up_on(
    address: str, messages: list[Any], code: int
) -> None:
    async with opened(address) as live:
        for message in messages:
            await live.send(message)
        assert (await live.ending())[0] == code


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([INIT], 4429),
        ([QUERY | {"payload": {"query": HOME}}, QUERY], 4409),
        ([QUERY | {"id": ""}], 4400),
        ([QUERY | {"id": 1}], 4400),
        ([QUERY | {"payload": {}}], 4400),
        ([QUERY | {"payload": {"query": 1}}], 4400),
        ([{"type": "next", "id": "1", "payload": {}}], 4400),
        ([{"type": "complete"}], 4400),
        ([b'{"type":"ping"}'], 4400),
        (["x" * (LARGEST_MESSAGE + 1)], 1009),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_who_breaks_the_protocol_is_hung_up_on(
    live: LiveClient, messages: list[Any], code: int
) -> None:
    for message in messages:
        await live.send(message)
    assert (await live.ending())[0] == code


async def test_who_says_nothing_is_hung_up_on(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "INITIALISED_WITHIN", 0.2)
    async with opened(address) as live:
        assert await live.ending() == (4408, "Connection initialisation timeout")


async def test_pings_are_answered_and_pongs_are_not(live: LiveClient) -> None:
    await live.say("pong", payload={"a": 1})
    await live.say("ping", payload={"a": 1})
    assert await live.hear() == {"type": "pong"}


async def test_to_complete_what_is_not_under_way_is_nothing(live: LiveClient) -> None:
    await live.say("complete", id="unknown")
    await live.say("ping")
    assert await live.hear() == {"type": "pong"}


async def test_an_id_can_be_used_again(live: LiveClient) -> None:
    for _ in range(3):
        await live.send(QUERY)
        assert [(await live.hear())["type"] for _ in range(2)] == ["next", "complete"]
        await live.send(QUERY | {"payload": {"query": HOME}})
        assert (await live.hear())["type"] == "next"
        await live.say("complete", id="1")


@pytest.mark.parametrize("subprotocol", ["graphql-ws", None])
async def test_another_subprotocol_is_not_spoken(address: str, subprotocol: str | None) -> None:
    async with opened(address, subprotocol=subprotocol) as live:
        assert (await live.ending())[0] == 4406


async def test_pages_of_other_origins_open_no_socket(address: str) -> None:
    own = address.removesuffix("/graphql")
    for origin in (own, "https://app.example"):
        async with opened(address, token(), origin=origin):
            pass
    for origin in ("https://evil.example", "null", f"{own}.evil.example"):
        with pytest.raises(InvalidStatus) as refused:
            async with opened(address, origin=origin):
                pass
        assert refused.value.response.status_code == 403


async def test_the_socket_ends_with_its_token(address: str) -> None:
    async with opened(address, token(seconds=3 - LEEWAY)) as live:
        await live.told(await live.subscribe(HOME))
        assert await live.ending() == (4403, "Forbidden: it has expired")


async def test_a_socket_has_so_many_operations_at_once(live: LiveClient) -> None:
    ids = [await live.subscribe(HOME) for _ in range(MOST_OPERATIONS)]
    for id_ in ids:
        await live.told(id_)
    one_more = await live.subscribe(HOME)
    assert await live.error(one_more) == "TOO_LARGE"

    await live.say("complete", id=ids[0])
    await live.told(await live.subscribe(HOME))


async def test_a_socket_remembers_so_much(live: LiveClient) -> None:
    long = HOME + "\n" + "# " + "x" * 60_000
    ids = [await live.subscribe(long) for _ in range(4)]
    for id_ in ids:
        await live.told(id_)
    assert await live.error(await live.subscribe(long)) == "TOO_LARGE"


async def test_a_caller_has_so_many_sockets(address: str) -> None:
    async def open_one(subject: str, held: asyncio.Event, enough: asyncio.Event) -> None:
        async with opened(address, token(subject)):
            held.set()
            await enough.wait()

    enough = asyncio.Event()
    held = [asyncio.Event() for _ in range(MOST_SOCKETS)]
    async with asyncio.TaskGroup() as group:
        for each in held:
            group.create_task(open_one("mona", each, enough))
        for each in held:
            await each.wait()
        async with opened(address) as one_more:
            await one_more.say(
                "connection_init", payload={"authorization": f"Bearer {token('mona')}"}
            )
            assert (await one_more.ending())[0] == 4429
        async with opened(address, token("nora")):
            pass
        enough.set()


async def test_only_trusted_documents_run_where_nothing_else_does(
    read_model: ServiceDatabase, pipe: Database
) -> None:
    name = hashlib.sha256(HOME.encode()).hexdigest()
    documents = Documents({name: HOME}, nothing_else=True)
    async with (
        graphql_api.graphql_api(read_model, pipe, token(), documents=documents) as strict,
        serving(strict.shared) as other,
        opened(other, token()) as live,
    ):
        await live.say("subscribe", id="1", payload={"documentId": f"sha256:{name}"})
        assert (await live.told("1"))["home"]["fullName"] == "Ines Silva"
        await live.say("subscribe", id="2", payload={"query": f"{HOME} "})
        assert await live.error("2") == "DOCUMENT_NOT_TRUSTED"


async def test_subscriptions_do_not_come_over_http(api: GraphQLApi) -> None:
    response = await api.post({"query": HOME})

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
