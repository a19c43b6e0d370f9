"""How long until what a command did can be read: from its sending, on an idle platform."""

import asyncio
import random
import time

import msgspec

from bench import figures
from bench.load import Client
from bench.platform import RunningPlatform
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.serving import beside
from chassis.unit import Written
from gateway.arrivals import Arrivals
from gateway.planner.ids import global_id

WARMING = 500  # commands before the first that counts: a new Kafka's code is not compiled yet
COMMANDS = 100  # of each kind, in a round
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


class Answer(msgspec.Struct):
    written: list[Written]


class Latencies(msgspec.Struct):
    """From the sending of a command, in milliseconds."""

    answered: list[float] = []  # by the service: it is committed
    visible: list[float] = []  # the read model has it
    mutation: list[float] = []  # the gateway has answered, from the read model


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
        if not await self._arrivals.wait(ORGANISATION, written):
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
        if told != {"current": True, "person": {"aspiration": aspiration}}:
            raise ValueError(f"a mutation did not show what it did: {told}")


async def measure(running: RunningPlatform, rounds: int) -> str:
    """Measure, keep every latency, and sum them up in a table."""
    latencies = Latencies()
    arrivals = Arrivals(running.read_model)
    async with (
        beside(arrivals.run),
        Client.connected(running.settings.profiles_port) as profiles,
        Client.connected(running.settings.gateway_port) as gateway,
    ):
        bench = Bench(running, arrivals, profiles)
        person = await bench.person()
        for _ in range(WARMING):
            await bench.command(person, Latencies())
        for _ in range(rounds * COMMANDS):
            await asyncio.sleep(random.uniform(*GAP))
            await bench.command(person, latencies)
            await asyncio.sleep(random.uniform(*GAP))
            await bench.mutation(person, gateway, latencies)
    figures.keep("visible", latencies)
    rows = [
        [what, *(f"{figures.percentile(values, percent):.1f}" for percent in (50, 90, 99))]
        for what, values in (
            ("the service has answered", latencies.answered),
            ("the read model has it", latencies.visible),
            ("the mutation is answered from it", latencies.mutation),
        )
    ]
    return figures.table(["after a command, ms", "p50", "p90", "p99"], rows)
