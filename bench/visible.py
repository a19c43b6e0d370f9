"""How long until what a command did can be read: from its sending, idle and beside other work."""

import asyncio
import random
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import msgspec

from bench import figures
from bench.background import Answer
from bench.load import Client
from bench.platform import RunningPlatform
from bench.workers import worker
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.serving import beside
from chassis.unit import Written
from gateway.arrivals import Arrivals
from gateway.planner.ids import global_id

WARMING = 200  # commands before the first that counts: a new Kafka's code is not compiled yet
COMMANDS = 100  # of each kind, in a round
BESIDE = {"200 events/s": "steady", "an import of 120,000": "import"}
LONGEST = 45.0  # seconds of taps beside anything
PATIENCE = 60.0  # seconds for the read model
GAP = (0.02, 0.1)  # seconds between two
MUTATION = """
mutation Update($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    ... on UpdateProfilePayload { current person { aspiration } }
  }
}
"""
ORGANISATION = new_id()
ADMINISTRATOR = Caller(
    subject="administrator", organisation_id=ORGANISATION, roles=frozenset({"administrator"})
)
SITE = {
    "code": "LIS",
    "name": "Lisbon",
    "city": "Lisbon",
    "country": "PT",
    "time_zone": "Europe/Lisbon",
    "languages": ["pt"],
}
PERSON = {
    "employee_number": "1",
    "subject": "ana.silva",
    "email": "ana.silva@example.org",
    "given_name": "Ana",
    "family_name": "Silva",
    "job_title": "Engineer",
    "site": "LIS",
}


class Latencies(msgspec.Struct):
    """From the sending of a command, in milliseconds."""

    answered: list[float] = []  # by the service: it is committed
    visible: list[float] = []  # the read model has it
    mutation: list[float] = []  # the gateway has answered, from the read model
    stale: int = 0  # mutations that the gateway answered before the read model had them


class Bench:
    """One person, who edits her profile."""

    def __init__(self, running: RunningPlatform, arrivals: Arrivals, profiles: Client) -> None:
        self._running = running
        self._arrivals = arrivals
        self._profiles = profiles

    async def carry_out(self, name: str, caller: Caller, /, **body: object) -> list[Written]:
        request = self._running.command(name, caller, str(new_id()), msgspec.json.encode(body))
        answer = await self._profiles.ask(request)
        return msgspec.json.decode(answer, type=Answer).written

    async def until_visible(self, written: list[Written]) -> None:
        if not await self._arrivals.wait(ORGANISATION, written, within=PATIENCE):
            raise TimeoutError("the read model does not have what was written")

    async def person(self) -> Caller:
        """Set up an organisation of one; returns her."""
        await self.carry_out("set-up-organisation", ADMINISTRATOR, name="Bench")
        await self.carry_out("import-sites", ADMINISTRATOR, sites=[SITE])
        [written] = await self.carry_out("import-people", ADMINISTRATOR, people=[PERSON])
        await self.until_visible([written])
        return Caller(subject=PERSON["subject"], organisation_id=ORGANISATION, person_id=written.id)

    async def command(self, person: Caller, latencies: Latencies) -> None:
        began = time.perf_counter()
        written = await self.carry_out(
            "update-profile", person, person_id=person.person_id, aspiration=str(new_id())
        )
        answered = time.perf_counter()
        await self.until_visible(written)
        latencies.answered.append((answered - began) * 1000)
        latencies.visible.append((time.perf_counter() - began) * 1000)

    async def mutation(self, person: Caller, gateway: Client, latencies: Latencies) -> None:
        assert person.person_id is not None
        aspiration = str(new_id())
        wanted = {"personId": global_id("Person", person.person_id), "aspiration": aspiration}
        body = msgspec.json.encode({"query": MUTATION, "variables": {"input": wanted}})
        request = self._running.operation(person, body)
        began = time.perf_counter()
        answer = await gateway.ask(request)
        latencies.mutation.append((time.perf_counter() - began) * 1000)
        told = msgspec.json.decode(answer)["data"]["updateProfile"]
        if not told["current"]:
            latencies.stale += 1
        elif told["person"] != {"aspiration": aspiration}:
            raise ValueError(f"a mutation did not show what it did: {told}")


async def measure(running: RunningPlatform, rounds: int) -> str:
    """Measure, keep every latency, and sum them up in a table."""
    measured: dict[str, Latencies] = {}
    arrivals = Arrivals(running.read_model)
    async with (
        beside(arrivals.run),
        Client.connected(running.settings.profiles_port) as profiles,
        AsyncExitStack() as stack,
    ):
        bench = Bench(running, arrivals, profiles)
        person = await bench.person()
        for _ in range(WARMING):
            await bench.command(person, Latencies())
        # Only now: an idle connection is closed.
        port = running.settings.gateway_port
        gateway = await stack.enter_async_context(Client.connected(port))

        async def taps(count: int, over: asyncio.Future[Any]) -> Latencies:
            latencies = Latencies()
            end = time.monotonic() + LONGEST
            for _ in range(count):
                if over.done() or time.monotonic() > end:
                    break
                await asyncio.sleep(random.uniform(*GAP))
                await bench.command(person, latencies)
                await asyncio.sleep(random.uniform(*GAP))
                await bench.mutation(person, gateway, latencies)
            return latencies

        measured["idle"] = await taps(rounds * COMMANDS, asyncio.Future())
        for name, kind in BESIDE.items():
            async with worker("bench.background", kind, *running.commands_of(ORGANISATION)) as busy:
                await busy.hear()
                over = asyncio.ensure_future(busy.hear())
                measured[name] = await taps(rounds * COMMANDS, over)
                over.cancel()
    figures.keep("visible", measured)
    return _summary(measured)


def _summary(measured: Mapping[str, Latencies]) -> str:
    rows: list[list[str]] = []
    for beside_, latencies in measured.items():
        idle = measured["idle"]
        for what, values, usual in (
            ("the service has answered", latencies.answered, idle.answered),
            ("the read model has it", latencies.visible, idle.visible),
            ("the mutation is answered from it", latencies.mutation, idle.mutation),
        ):
            shown = [f"{figures.percentile(values, percent):.1f}" for percent in (50, 90, 99)]
            ratio = figures.percentile(values, 99) / figures.percentile(usual, 99)
            rows.append([beside_, what, *shown, f"{ratio:.1f}x"])
    stale = {name: latencies.stale for name, latencies in measured.items() if latencies.stale}
    samples = ", ".join(f"{len(each.visible)} ({name})" for name, each in measured.items())
    columns = ["beside", "after a command, ms", "p50", "p90", "p99", "p99 to idle"]
    told = f"\n\nSamples: {samples}." + (f" Mutations told too early: {stale}." if stale else "")
    return figures.table(columns, rows) + told
