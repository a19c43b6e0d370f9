"""Requests a second, latency, CPU of a request, memory: each server in turn, round by round."""

import itertools
import re
import statistics
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import msgspec

from bench import figures, usage
from bench.load import load
from bench.reads.contenders import (
    BARE,
    GATEWAY,
    POSTGRAPHILE,
    STRAWBERRY,
    Contender,
    Stage,
    contender,
    measurable,
)
from bench.reads.operations import RELAY, wanted
from bench.reads.stage import fill, issuer
from bench.servers import Servers
from cairn_development.issuer import load_key
from cairn_local.settings import HOST

PEOPLE = 20_000
CONNECTIONS = 32
SECONDS = 3.0  # of load in a round
WARM_UP = 3.0  # seconds: Node compiles what runs often
COMPARED = 40  # answers of each operation that must be the same
NAMES = (GATEWAY, BARE, POSTGRAPHILE, STRAWBERRY)
AIMS = {POSTGRAPHILE: (4, 4, 3), STRAWBERRY: (15, 15, 8)}  # times less CPU on Q1, Q2, Q3


class Round(msgspec.Struct, kw_only=True):
    """What one server gave in one round: CPU in microseconds a request, latency in ms, MiB."""

    server: str
    operation: str
    requests_per_second: float
    p50: float
    p99: float
    cpu: float
    postgres_cpu: float
    memory: float


async def measure(servers: Servers, rounds: int) -> str:
    """Measure, keep what each round gave, and sum it up in tables."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="cairn-bench-")))
        key = load_key(folder / "issuer.json")
        url = await stack.enter_async_context(issuer(key))
        dsns = await servers.database("gateway")
        network = await fill(dsns, PEOPLE)
        asked = wanted(network, key, url)
        staged = Stage(servers=servers, dsns=dsns, issuer=url, folder=folder)
        names = measurable(NAMES)
        contenders = [
            await stack.enter_async_context(contender(name, staged, asked)) for name in names
        ]
        for operation in RELAY:
            await compare(contenders, operation)
        plan = [
            (operation, server, server.asks(operation))
            for operation, server in itertools.product(RELAY, contenders)
        ]
        for _, server, requests in plan:
            await load(server.port, requests, connections=CONNECTIONS, seconds=WARM_UP)
        measured = [
            await one_round(server, operation, requests, servers.postgres_pid)
            for _ in range(rounds)
            for operation, server, requests in plan
        ]
    figures.keep("reads", measured)
    return "\n\n".join(_summary(measured, operation, names) for operation in RELAY)


async def compare(contenders: Sequence[Contender], operation: str) -> None:
    """Every server must give the same data. Raises ValueError."""
    asks = [(each, each.asks(operation)) for each in contenders]
    async with httpx2.AsyncClient() as http:
        for number in range(COMPARED):
            answers = [await _answer(http, each.port, asked[number]) for each, asked in asks]
            if any(answer != answers[0] or "errors" in answer for answer in answers):
                names = [each.name for each in contenders]
                raise ValueError(f"{names} do not answer alike to {operation}: {answers}")


async def _answer(http: httpx2.AsyncClient, port: int, request: bytes) -> Any:
    head, _, body = request.partition(b"\r\n\r\n")
    path = head.decode().split(" ", 2)[1]
    token = head.partition(b"authorization: ")[2].decode()
    headers = {"authorization": token, "content-type": "application/json"}
    answer = await http.post(f"http://{HOST}:{port}{path}", content=body, headers=headers)
    return plain(answer.json())


_GLOBAL_ID = re.compile(r"[A-Z]\w+:([0-9a-f-]{36})")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*")


def plain(value: Any) -> Any:
    """An answer without what each server may write in its own way: global ids, and moments."""
    match value:
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case str() if (found := _GLOBAL_ID.fullmatch(value)) is not None:
            return found[1]
        case str() if _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value)
        case _:
            return value


async def one_round(
    server: Contender,
    operation: str,
    requests: Sequence[bytes],
    postgres_pid: int,
    *,
    connections: int = CONNECTIONS,
    seconds: float = SECONDS,
) -> Round:
    clock = usage.Clock(server.pid, postgres_pid)
    done = await load(server.port, requests, connections=connections, seconds=seconds)
    _, (cpu, postgres) = clock.read()
    return Round(
        server=server.name,
        operation=operation,
        requests_per_second=done.requests / done.seconds,
        p50=done.p50,
        p99=done.p99,
        cpu=cpu / done.requests * 1e6,
        postgres_cpu=postgres / done.requests * 1e6,
        memory=usage.shared_mebibytes(server.pid),
    )


def _summary(measured: Sequence[Round], operation: str, names: Sequence[str]) -> str:
    of = {
        name: [each for each in measured if (each.server, each.operation) == (name, operation)]
        for name in names
    }
    columns = [operation, "requests/s", "p50 ms", "p99 ms", "CPU µs", "PostgreSQL µs", "both µs"]
    rows = [_row(name, each) for name, each in of.items()]
    table = figures.table([*columns, "MiB"], rows)
    return "\n".join([table, "", *_ratios(of, list(RELAY).index(operation))])


def _row(name: str, rounds: Sequence[Round]) -> list[str]:
    return [
        name,
        figures.spread([each.requests_per_second for each in rounds]),
        f"{median(rounds, 'p50'):.1f}",
        f"{median(rounds, 'p99'):.1f}",
        figures.spread([each.cpu for each in rounds]),
        figures.spread([each.postgres_cpu for each in rounds]),
        figures.spread([each.cpu + each.postgres_cpu for each in rounds]),
        f"{max(each.memory for each in rounds):.0f}",
    ]


def _ratios(of: Mapping[str, Sequence[Round]], place: int) -> list[str]:
    """The gateway beside each of the others, with what is aimed at."""
    ours = of[GATEWAY]
    lines: list[str] = []
    for name, theirs in of.items():
        if name == GATEWAY:
            continue
        cpu = _both(theirs) / _both(ours)
        rate = median(ours, "requests_per_second") / median(theirs, "requests_per_second")
        aims = f" (aim: {AIMS[name][place]})" if name in AIMS else ""
        rate_aim = {POSTGRAPHILE: " (aim: 3)", BARE: " (aim: 0.85)"}.get(name, "")
        lines.append(
            f"{name}: {cpu:.2f} times our CPU{aims}, we {rate:.2f} times its requests/s{rate_aim}"
        )
    return lines


def median(rounds: Sequence[Round], what: str) -> float:
    return statistics.median(getattr(each, what) for each in rounds)


def _both(rounds: Sequence[Round]) -> float:
    return statistics.median(each.cpu + each.postgres_cpu for each in rounds)
