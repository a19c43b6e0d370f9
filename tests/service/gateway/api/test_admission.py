"""A gateway that has enough to do says so at once, and does nothing for those it turns away."""

import asyncio
from contextlib import ExitStack

import pytest
from starlette.requests import Request
from starlette.responses import Response

from gateway.admission import Admission
from gateway.errors import Problem
from gateway.requests import GRAPHQL
from support.graphql_api import GraphQLApi
from support.live import opened, serving
from support.the_two import PAIRING_ID, token

VIEWER = "{ viewer { fullName } }"
ACCEPT = """
mutation Accept($id: ID!) { acceptPairing(input: {pairingId: $id}) { __typename } }
"""


def full(admission: Admission) -> ExitStack:
    """Every place taken, until the stack is closed."""
    stack = ExitStack()
    for _ in range(admission.free):
        stack.enter_context(admission.enter())
    return stack


async def test_who_comes_when_it_is_full_is_turned_away_with_a_clear_answer(
    api: GraphQLApi,
) -> None:
    with full(api.shared.admission):
        # Nothing is looked at: neither the token nor the body.
        answer = await api.send("nonsense", authorization="Bearer nonsense", accept=GRAPHQL)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["x-request-id"]
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "OVERLOADED", "retryAfter": 1}
    assert "errors" not in await api.ask(VIEWER)


async def test_every_place_is_given_back(api: GraphQLApi) -> None:
    places = api.shared.admission.free
    requests = [
        api.post({"query": VIEWER}),
        api.post({"query": "{ nothing }"}),
        api.post({"query": VIEWER}, authorization="Bearer nonsense"),
        api.send("nonsense"),
    ]
    await asyncio.gather(*requests)
    assert api.shared.admission.free == places


async def test_the_same_is_said_over_a_socket(api: GraphQLApi) -> None:
    async with serving(api.shared) as address, opened(address, token()) as live:
        with full(api.shared.admission):
            assert await live.error(await live.subscribe(VIEWER)) == "OVERLOADED"
        assert await live.told(await live.subscribe(VIEWER))


async def test_a_mutation_has_no_place_while_it_waits_for_its_service(api: GraphQLApi) -> None:
    places = api.shared.admission.free
    came, go_on = asyncio.Event(), asyncio.Event()

    async def answer(_: Request) -> Response:
        came.set()
        await go_on.wait()
        return Response(status_code=503)

    api.services.answers["accept-pairing"] = answer
    asking = asyncio.create_task(api.ask(ACCEPT, {"id": PAIRING_ID}))
    async with asyncio.timeout(30):
        await came.wait()
        assert api.shared.admission.free == places
        go_on.set()
        assert "errors" not in await asking


def test_a_place_is_left_once() -> None:
    admission = Admission(places=1)
    with admission.enter() as place:
        with pytest.raises(Problem, match="ask again in 1 s"):
            admission.enter()
        place.leave()
        admission.enter().leave()
    assert admission.free == 1
