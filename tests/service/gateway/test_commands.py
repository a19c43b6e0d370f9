"""Commands reach their service once per key; what came of them is told as it is."""

import asyncio
from collections.abc import AsyncGenerator

import httpx2
import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis.identity import Assertions, Caller
from chassis.ids import new_id
from gateway import commands
from gateway.commands import Busy, Command, CommandFailed, Done, OutcomeUnknown, Refused, Services
from support.services import ScriptedServices, served

SECRET = "a secret of the tests, long enough to sign with"
CALLER = Caller(subject="ines", organisation_id=new_id(), roles=frozenset({"administrator"}))
PAIRING = new_id()
WRITTEN = {"aggregate": "matching.pairing", "id": str(PAIRING), "version": 3}


def command(key: str = "k") -> Command:
    return Command(
        service="matching",
        name="accept-pairing",
        body=b'{"pairing_id":"x"}',
        caller=CALLER,
        key=key,
        correlation_id=new_id(),
    )


@pytest.fixture
def matching() -> ScriptedServices:
    scripted = ScriptedServices()
    scripted.says("accept-pairing", 200, {"written": [WRITTEN], "result": None})
    return scripted


@pytest.fixture
async def client() -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
async def services(
    matching: ScriptedServices, client: httpx2.AsyncClient
) -> AsyncGenerator[Services]:
    async with served(matching.app()) as url:
        yield Services(client, {"matching": url}, Assertions(SECRET))


async def test_a_command_carries_caller_key_and_correlation(
    services: Services, matching: ScriptedServices
) -> None:
    sent = command("my-key")

    outcome = await services.send(sent)

    assert isinstance(outcome, Done)
    assert (outcome.written[0].id, outcome.written[0].version) == (PAIRING, 3)
    [(_, headers, body)] = matching.requests
    assert Assertions(SECRET).check(headers["authorization"].removeprefix("Bearer ")) == CALLER
    assert headers["idempotency-key"] == "my-key"
    assert headers["correlation-id"] == str(sent.correlation_id)
    assert body == {"pairing_id": "x"}


async def test_an_assertion_serves_its_caller_for_a_while(
    services: Services, matching: ScriptedServices
) -> None:
    for _ in range(3):
        await services.send(command())

    assert len({headers["authorization"] for _, headers, _ in matching.requests}) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422])
async def test_a_refusal_is_passed_on(
    services: Services, matching: ScriptedServices, status: int
) -> None:
    refusal = {"code": "not-allowed", "message": "No.", "path": "$.pairing_id"}
    matching.says("accept-pairing", status, {"refusal": refusal})

    assert await services.send(command()) == Refused(**refusal)


async def test_a_busy_service_says_when_to_come_again(
    services: Services, matching: ScriptedServices
) -> None:
    body = {"refusal": {"code": "busy", "message": "Later."}}
    matching.says("accept-pairing", 503, body, retry_after="7")

    assert await services.send(command()) == Busy(retry_after=7)


async def test_a_twin_in_flight_is_waited_for(
    services: Services, matching: ScriptedServices
) -> None:
    calls = 0

    async def answer(_: Request) -> Response:
        nonlocal calls
        calls += 1
        if calls == 1:
            body = b'{"refusal":{"code":"in-flight","message":"Running."}}'
            return Response(body, 409, {"retry-after": "0"})
        return Response(b'{"written":[],"result":null,"repeated":true}')

    matching.answers["accept-pairing"] = answer

    assert await services.send(command()) == Done(written=[])


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"Internal"), (200, b"<html>"), (401, b"{}"), (404, b"Not Found"), (302, b"")],
    ids=str,
)
async def test_what_no_service_should_answer_is_a_failure(
    services: Services, matching: ScriptedServices, status: int, body: bytes
) -> None:
    async def answer(_: Request) -> Response:
        return Response(body, status)

    matching.answers["accept-pairing"] = answer

    with pytest.raises(CommandFailed):
        await services.send(command())


async def test_without_an_answer_in_time_the_outcome_is_unknown(
    services: Services, matching: ScriptedServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(_: Request) -> Response:
        await asyncio.sleep(1)
        return Response(b"{}")

    matching.answers["accept-pairing"] = answer
    monkeypatch.setattr(commands, "DEADLINE", 0.2)

    assert await services.send(command()) == OutcomeUnknown()
    assert len(matching.requests) == 1


async def test_a_service_that_is_down_has_done_nothing(client: httpx2.AsyncClient) -> None:
    async with served(ScriptedServices().app()) as url:
        pass
    services = Services(client, {"matching": url}, Assertions(SECRET))

    assert await services.send(command()) == Busy(retry_after=1)


class Cutting:
    """A service that cuts the connection of its first requests, after it has read them."""

    def __init__(self, cuts: int) -> None:
        self.cuts = cuts
        self.keys: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        await request.body()
        self.keys.append(request.headers["idempotency-key"])
        if len(self.keys) <= self.cuts:
            start = {"type": "http.response.start", "status": 200}
            await send({**start, "headers": [(b"content-length", b"1000")]})
            await send({"type": "http.response.body", "body": b"{", "more_body": False})
            return
        await Response(b'{"written":[],"result":null}')(scope, receive, send)


async def test_a_connection_that_breaks_is_tried_again_once_with_the_same_key(
    client: httpx2.AsyncClient,
) -> None:
    cutting = Cutting(cuts=1)
    async with served(cutting) as url:
        services = Services(client, {"matching": url}, Assertions(SECRET))
        assert await services.send(command("same")) == Done(written=[])
    assert cutting.keys == ["same", "same"]


async def test_one_that_breaks_again_leaves_the_outcome_unknown(
    client: httpx2.AsyncClient,
) -> None:
    cutting = Cutting(cuts=9)
    async with served(cutting) as url:
        services = Services(client, {"matching": url}, Assertions(SECRET))
        assert await services.send(command()) == OutcomeUnknown()
    assert len(cutting.keys) == 2


async def test_what_is_on_its_way_to_the_service_is_waited_for_a_little(
    services: Services, matching: ScriptedServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "PAUSE", 0)
    refusal = {"code": "not-yet-known", "message": "Not here yet."}
    calls = 0

    async def answer(_: Request) -> Response:
        nonlocal calls
        calls += 1
        if calls < 4:
            return Response(msgspec.json.encode({"refusal": refusal}), 404)
        return Response(b'{"written":[],"result":null}')

    matching.answers["accept-pairing"] = answer
    assert await services.send(command("same")) == Done(written=[])
    assert {headers["idempotency-key"] for _, headers, _ in matching.requests} == {"same"}

    matching.says("accept-pairing", 404, {"refusal": refusal})
    assert await services.send(command()) == Refused(**refusal)
