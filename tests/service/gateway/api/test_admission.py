"""A gateway that has enough to do says so, and does nothing for those it turns away."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager

from starlette.requests import Request
from starlette.responses import Response

from gateway.admission import MOST_WAITING, READING, ROOM, Admission
from gateway.errors import Problem
from gateway.requests import GRAPHQL
from support.graphql_api import GraphQLApi
from support.live import opened, serving
from support.the_two import PAIRING_ID, token

VIEWER = "{ viewer { fullName } }"
ACCEPT = """
mutation Accept($id: ID!) { acceptPairing(input: {pairingId: $id}) { __typename } }
"""


@asynccontextmanager
async def full(admission: Admission) -> AsyncGenerator[ExitStack]:
    """No room, until the block or what it got is closed."""
    with ExitStack() as stack:
        for _ in range(admission.free):
            stack.enter_context(await admission.enter())
        yield stack


async def test_who_finds_no_room_in_time_is_turned_away_with_a_clear_answer(
    api: GraphQLApi,
) -> None:
    async with full(api.shared.admission):
        # Nothing is looked at: neither the token nor what the body says.
        answer = await api.send("nonsense", authorization="Bearer nonsense", accept=GRAPHQL)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["x-request-id"]
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "OVERLOADED", "retryAfter": 1}
    assert "errors" not in await api.ask(VIEWER)


async def test_all_room_is_given_back(api: GraphQLApi) -> None:
    room = api.shared.admission.free
    requests = [
        api.post({"query": VIEWER}),
        api.post({"query": "{ nothing }"}),
        api.post({"query": VIEWER}, authorization="Bearer nonsense"),
        api.send("nonsense"),
    ]
    await asyncio.gather(*requests)
    assert api.shared.admission.free == room


async def test_the_same_is_said_over_a_socket(api: GraphQLApi) -> None:
    async with serving(api.shared) as address, opened(address, token()) as live:
        async with full(api.shared.admission):
            assert await live.error(await live.subscribe(VIEWER)) == "OVERLOADED"
        assert await live.told(await live.subscribe(VIEWER))


async def test_a_mutation_takes_no_room_while_it_waits_for_its_service(api: GraphQLApi) -> None:
    room = api.shared.admission.free
    came, go_on = asyncio.Event(), asyncio.Event()

    async def answer(_: Request) -> Response:
        came.set()
        await go_on.wait()
        return Response(status_code=503)

    api.services.answers["accept-pairing"] = answer
    asking = asyncio.create_task(api.ask(ACCEPT, {"id": PAIRING_ID}))
    async with asyncio.timeout(30):
        await came.wait()
        assert api.shared.admission.free == room
        go_on.set()
        assert "errors" not in await asking


async def test_who_came_last_is_next_and_who_leaves_takes_no_turn() -> None:
    admission = Admission()
    entered: list[str] = []

    async def enter(name: str) -> None:
        with await admission.enter():
            entered.append(name)

    async with full(admission) as room:
        names = ("first", "second", "gone", "last")
        waiting = {name: asyncio.create_task(enter(name)) for name in names}
        await asyncio.sleep(0)  # they stand in the queue now
        waiting.pop("gone").cancel()
        await asyncio.sleep(0)
        room.close()
        await asyncio.gather(*waiting.values())
    assert set(entered) == {"first", "second", "last"}
    assert admission.free == ROOM


async def test_one_turn_goes_to_who_came_last() -> None:
    admission = Admission(room=1)
    first = await admission.enter()
    waiting = [asyncio.create_task(admission.enter()) for _ in range(3)]
    await asyncio.sleep(0)
    first.leave()
    last = await waiting[-1]
    turned_away = await asyncio.gather(*waiting[:-1], return_exceptions=True)
    assert all(isinstance(each, Problem) and each.status == 503 for each in turned_away)
    last.leave()
    assert admission.free == 1


async def test_who_has_waited_longest_is_turned_away_when_too_many_wait() -> None:
    admission = Admission(room=1)
    with await admission.enter():
        first = asyncio.create_task(admission.enter())
        await asyncio.sleep(0)
        others = [asyncio.create_task(admission.enter()) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert isinstance(first.exception(), Problem)
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def test_what_takes_long_takes_more_room() -> None:
    admission = Admission()
    with await admission.enter() as place:
        place.widen(3 * READING)
        assert admission.free == ROOM - 4
        place.widen(1000 * READING)
        assert admission.free > 0  # one alone does not stop the others
        place.leave()
        assert admission.free == ROOM
    assert admission.free == ROOM
