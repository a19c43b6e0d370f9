"""Commands a second of one process of sessions, in rounds with their transactions alone."""

import statistics
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from bench import figures
from bench.background import Answer
from bench.commanding.goals import CONNECTIONS, GOALS, ORGANISATION
from bench.load import Client, Load, load, post
from bench.servers import Running, Servers
from bench.usage import Clock
from bench.workers import worker
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.preparation import prepare
from sessions.main import service as sessions

SECONDS = 4.0  # of a turn
MOST = 3000  # commands a second, for each of which a request is made ready
PEOPLE = 64
COMMANDS = ("set-goal", "update-goal")
SERVICE, BARE = "the service", "the transaction alone"


class Carried(msgspec.Struct, kw_only=True):
    """What came of a turn. CPU is in microseconds a command."""

    by: str
    command: str
    load: Load
    cpu: float
    postgres_cpu: float

    @property
    def rate(self) -> float:
        return self.load.requests / self.load.seconds


async def measure(servers: Servers, rounds: int) -> str:
    """Measure, keep what each round gave, and sum it up in a table."""
    measured: list[Carried] = []
    bare = await _prepared(servers, "bare")
    async with servers.running(
        "sessions", "serve", await _prepared(servers, "sessions")
    ) as serving:
        bench = _Bench(servers, serving)
        await bench.set_goals()
        for command in COMMANDS:
            await bench.carried(command)  # warms
            for _ in range(rounds):
                measured.append(await _alone(servers, bare["app"], command))
                measured.append(await bench.carried(command))
    figures.keep("commands", measured)
    return _summary(measured)


class _Bench:
    """Some people, who work on their goals."""

    def __init__(self, servers: Servers, serving: Running) -> None:
        self._servers = servers
        self._serving = serving
        self._people = [
            Caller(subject=f"person-{n}", organisation_id=ORGANISATION, person_id=new_id())
            for n in range(PEOPLE)
        ]
        self._goals: list[tuple[Caller, UUID]] = []

    async def set_goals(self) -> None:
        async with Client.connected(self._serving.port) as client:
            for request, person in zip(
                self._requests("set-goal", GOALS), self._owners(GOALS), strict=True
            ):
                answer = msgspec.json.decode(await client.ask(request), type=Answer)
                self._goals.append((person, answer.written[0].id))

    async def carried(self, command: str) -> Carried:
        requests = self._requests(command, int(MOST * SECONDS))
        clock = Clock(self._serving.pid, self._servers.postgres_pid)
        done = await load(self._serving.port, requests, connections=CONNECTIONS, seconds=SECONDS)
        if done.requests > len(requests):
            raise ValueError("the service answered more than was asked: raise MOST")
        return _read(SERVICE, command, done, clock)

    def _owners(self, count: int) -> list[Caller]:
        return [self._people[n % PEOPLE] for n in range(count)]

    def _requests(self, command: str, count: int) -> list[bytes]:
        signed = {each.subject: self._serving.assertions.sign(each) for each in self._people}
        bodies: list[tuple[Caller, dict[str, Any]]]
        if command == "set-goal":
            title = "To speak before the whole department without notes"
            bodies = [(person, {"title": title}) for person in self._owners(count)]
        else:
            bodies = [
                (person, {"goal_id": goal, "progress": turn // GOALS % 99 + 1})
                for turn, (person, goal) in zip(
                    range(count), self._goals * (count // GOALS + 1), strict=False
                )
            ]
        return [
            post(
                f"/commands/{command}",
                msgspec.json.encode(body),
                {
                    "authorization": f"Bearer {signed[person.subject]}",
                    "idempotency-key": str(new_id()),
                },
            )
            for person, body in bodies
        ]


async def _alone(servers: Servers, dsn: str, command: str) -> Carried:
    async with worker("bench.commanding.bare", command, dsn, str(SECONDS)) as bare:
        await bare.hear()
        clock = Clock(bare.pid, servers.postgres_pid)
        bare.tell("now")
        done = msgspec.json.decode(await bare.hear(), type=Load)
        return _read(BARE, command, done, clock)


def _read(by: str, command: str, done: Load, clock: Clock) -> Carried:
    _, (cpu, postgres) = clock.read()
    return Carried(
        by=by,
        command=command,
        load=done,
        cpu=cpu / done.requests * 1e6,
        postgres_cpu=postgres / done.requests * 1e6,
    )


def _summary(measured: Sequence[Carried]) -> str:
    rows: list[list[str]] = []
    for command in COMMANDS:
        of = {
            by: [each for each in measured if (each.command, each.by) == (command, by)]
            for by in (BARE, SERVICE)
        }
        for by, rounds in of.items():
            reached = [one.rate / bare.rate for one, bare in zip(rounds, of[BARE], strict=True)]
            rows.append(
                [
                    command,
                    by,
                    figures.spread([each.rate for each in rounds]),
                    f"{statistics.median(each.load.p50 for each in rounds):.1f}",
                    f"{statistics.median(each.load.p99 for each in rounds):.1f}",
                    figures.spread([each.cpu for each in rounds]),
                    figures.spread([each.postgres_cpu for each in rounds]),
                    f"{statistics.median(reached):.2f}",
                ]
            )
    columns = ["command", "by", "commands/s", "p50 ms", "p99", "CPU µs", "PostgreSQL µs"]
    return figures.table([*columns, "of the limit"], rows)


async def _prepared(servers: Servers, name: str) -> dict[str, str]:
    dsns = await servers.database(name)
    await prepare(
        owner_dsn=dsns["owner"],
        kafka=servers.kafka,
        migrations=sessions.migrations,
        publishes=sessions.publishes,
        hears=sessions.hears,
        subscriptions=sessions.subscriptions,
    )
    return dsns
