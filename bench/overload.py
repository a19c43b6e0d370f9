"""Five times as many requests as a gateway can answer: what it accepts, what it turns away, and how
soon it is itself again.

Requests come when they come, whether or not others have been answered: nobody waits for a turn.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench import figures
from bench.load import Client, NotAnswered, post
from bench.reads.contenders import GATEWAY, Stage, contender
from bench.reads.operations import Wanted, wanted
from bench.reads.stage import fill, issuer
from bench.servers import Servers
from cairn_development.issuer import load_key

PEOPLE = 20_000
TIMES = 5  # what the gateway can do
EASY = 0.2  # of what it can do
SECONDS = 5.0  # of each load
FLOOD = 400.0  # requests/s: more than it can do
PATIENCE = 30.0  # seconds for the last answers
MOST = 1500  # connections at once; who finds none waits, which counts
WINDOW = 0.1  # seconds in which nobody is turned away, and half are as fast as before: recovered

# It takes long and says little, so that five times as many are not too many for their sender.
DOCUMENT = """
query Crowd {
  mentors: people(first: 5, offersMentoring: true) { ...Page }
  others: people(first: 5, offersMentoring: false) { ...Page }
}
fragment Page on PersonConnection {
  edges { node { id fullName } }
  totalCount
}
"""
TURNED_AWAY = "HTTP/1.1 503 "


class Answer(msgspec.Struct):
    sent: float  # seconds from the beginning of the load
    took: float  # ms
    accepted: bool


class Measured(msgspec.Struct, kw_only=True):
    capacity: float  # requests/s
    easy: list[Answer]
    crowd: list[Answer]
    after: list[Answer]


async def measure(servers: Servers, rounds: int) -> str:
    """Measure, keep what each round gave, and sum it up in a table."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="cairn-bench-")))
        key = load_key(folder / "issuer.json")
        url = await stack.enter_async_context(issuer(key))
        dsns = await servers.database("gateway")
        asked = wanted(await fill(dsns, PEOPLE), key, url)
        stage = Stage(servers=servers, dsns=dsns, issuer=url, folder=folder)
        server = await stack.enter_async_context(contender(GATEWAY, stage, asked))
        requests = [_crowd(each) for each in asked]
        await _arrivals(server.port, requests, FLOOD)  # warms up
        measured = [await _round(server.port, requests) for _ in range(rounds)]
    figures.keep("overload", measured)
    return _summary(measured)


def _crowd(asked: Wanted) -> bytes:
    headers = {"authorization": f"Bearer {asked.token}"}
    return post("/graphql", msgspec.json.encode({"query": DOCUMENT}), headers)


async def _round(port: int, requests: Sequence[bytes]) -> Measured:
    flood = await _arrivals(port, requests, FLOOD)
    capacity = sum(each.accepted for each in flood) / SECONDS
    easy = await _arrivals(port, requests, capacity * EASY)
    crowd = await _arrivals(port, requests, capacity * TIMES)
    after = await _arrivals(port, requests, capacity * EASY)
    return Measured(capacity=capacity, easy=easy, crowd=crowd, after=after)


async def _arrivals(port: int, requests: Sequence[bytes], rate: float) -> list[Answer]:
    """Requests at random times, so many a second."""
    chance = random.Random(1)
    answers: list[Answer] = []
    async with _connections(port) as idle:
        began = time.perf_counter()

        async def ask(due: float) -> None:
            client = await idle.one()
            try:
                await client.ask(chance.choice(requests))
                accepted = True
            except NotAnswered as answer:
                if not str(answer).startswith(TURNED_AWAY):
                    raise
                accepted = False
            took = time.perf_counter() - began - due
            answers.append(Answer(due, took * 1000, accepted))
            idle.take_back(client)

        async with asyncio.timeout(SECONDS + PATIENCE), asyncio.TaskGroup() as asking:
            due = 0.0
            while (due := due + chance.expovariate(rate)) < SECONDS:
                await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
                asking.create_task(ask(due))
    return answers


class _Connections:
    """As many as are needed, up to MOST; the one that came back last is used next."""

    def __init__(self, port: int, stack: AsyncExitStack) -> None:
        self._port = port
        self._stack = stack
        self._idle: asyncio.LifoQueue[Client] = asyncio.LifoQueue()
        self._open = 0

    async def one(self) -> Client:
        if self._idle.empty() and self._open < MOST:
            self._open += 1
            return await self._stack.enter_async_context(Client.connected(self._port))
        return await self._idle.get()

    def take_back(self, client: Client) -> None:
        self._idle.put_nowait(client)


@asynccontextmanager
async def _connections(port: int) -> AsyncGenerator[_Connections]:
    async with AsyncExitStack() as stack:
        yield _Connections(port, stack)


def _summary(measured: Sequence[Measured]) -> str:
    loads = {
        f"{EASY} of what it can do": [each.easy for each in measured],
        f"{TIMES} times of it": [each.crowd for each in measured],
        "right after": [each.after for each in measured],
    }
    rows = [[name, *_row(answers)] for name, answers in loads.items()]
    columns = ["requests", "accepted/s", "p50 ms", "p99 ms", "turned away/s", "p99 ms"]
    capacity = figures.spread([each.capacity for each in measured])
    recovered = figures.spread([_recovered(each) for each in measured], 2)
    ratio = figures.spread([_p99(each.crowd) / _p99(each.easy) for each in measured], 1)
    return (
        f"What it can do: {capacity} requests/s\n\n"
        f"{figures.table(columns, rows)}\n\n"
        f"p99 of what is accepted, to that of an easy load: {ratio} (aim: 3)\n"
        f"Recovered after {recovered} s (aim: 1)"
    )


def _row(rounds: Sequence[Sequence[Answer]]) -> list[str]:
    accepted = [[each.took for each in one if each.accepted] for one in rounds]
    away = [[each.took for each in one if not each.accepted] for one in rounds]
    return [
        figures.spread([len(one) / SECONDS for one in accepted]),
        figures.spread([figures.percentile(one, 50) for one in accepted], 1),
        figures.spread([figures.percentile(one, 99) for one in accepted], 1),
        figures.spread([len(one) / SECONDS for one in away]),
        figures.spread([figures.percentile(one, 99) if one else 0.0 for one in away], 1),
    ]


def _p99(answers: Sequence[Answer]) -> float:
    return figures.percentile([each.took for each in answers if each.accepted], 99)


def _recovered(measured: Measured) -> float:
    """Seconds from the end of the crowd to the first window that is as before it."""
    usual = 2 * figures.percentile([each.took for each in measured.easy], 50)
    start = 0.0
    while start < SECONDS:
        window = [each for each in measured.after if start <= each.sent < start + WINDOW]
        fast = [each for each in window if each.accepted and each.took <= usual]
        if window and all(each.accepted for each in window) and 2 * len(fast) >= len(window):
            return start
        start += WINDOW
    return SECONDS
