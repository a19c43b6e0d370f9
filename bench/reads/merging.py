"""Whether merging makes anybody wait: the gateway beside itself with every query by itself."""

import itertools
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench import figures
from bench.load import load
from bench.reads.contenders import GATEWAY, UNMERGED, Stage, contender
from bench.reads.measure import PEOPLE, Round, compare, median, one_round
from bench.reads.operations import RELAY, wanted
from bench.reads.stage import fill, issuer
from bench.servers import Servers
from cairn_development.issuer import load_key

CONNECTIONS = (1, 32)
SECONDS = 2.0


class Compared(msgspec.Struct):
    connections: int
    round: Round


async def measure(servers: Servers, rounds: int) -> str:
    """Measure, keep what each round gave, and sum it up in a table."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="cairn-bench-")))
        key = load_key(folder / "issuer.json")
        url = await stack.enter_async_context(issuer(key))
        dsns = await servers.database("gateway")
        asked = wanted(await fill(dsns, PEOPLE), key, url)
        stage = Stage(servers=servers, dsns=dsns, issuer=url, folder=folder)
        both = [
            await stack.enter_async_context(contender(name, stage, asked))
            for name in (GATEWAY, UNMERGED)
        ]
        for operation in RELAY:
            await compare(both, operation)
        plan = [
            (count, operation, server, server.asks(operation))
            for operation, count, server in itertools.product(RELAY, CONNECTIONS, both)
        ]
        for count, _, server, requests in plan:
            await load(server.port, requests, connections=count, seconds=1)
        measured: list[Compared] = []
        for _ in range(rounds):
            for count, operation, server, requests in plan:
                one = await one_round(
                    server,
                    operation,
                    requests,
                    servers.postgres_pid,
                    connections=count,
                    seconds=SECONDS,
                )
                measured.append(Compared(count, one))
    figures.keep("merging", measured)
    return figures.table(
        ["operation", "connections", "p50 ms", "p99 ms", "both µs", "p50", "p99"],
        [
            _row(measured, operation, count)
            for operation, count in itertools.product(RELAY, CONNECTIONS)
        ],
    )


def _row(measured: Sequence[Compared], operation: str, count: int) -> list[str]:
    """Merged and unmerged, and the ratio of the two."""

    def of(name: str) -> list[Round]:
        return [
            each.round
            for each in measured
            if (each.connections, each.round.operation, each.round.server)
            == (count, operation, name)
        ]

    ours, others = of(GATEWAY), of(UNMERGED)
    cpu = [median(each, "cpu") + median(each, "postgres_cpu") for each in (ours, others)]
    return [
        operation,
        str(count),
        *(f"{median(ours, what):.1f} / {median(others, what):.1f}" for what in ("p50", "p99")),
        f"{cpu[0]:.0f} / {cpu[1]:.0f}",
        *(f"{median(ours, what) / median(others, what):.2f}" for what in ("p50", "p99")),
    ]
