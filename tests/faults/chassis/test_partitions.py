"""F27: a service in a network namespace, whose links to Kafka and PostgreSQL are cut."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx2
import pytest

from cairn_local.kafka import Kafka
from cairn_local.postgres import Postgres
from chassis.database import Database
from chassis.identity import Assertions
from support.databases import fresh_database
from support.experiments import Experiment
from support.ledger import Ledger, producing, superuser
from support.ledger_process import KEY, LedgerProcess, ledger_process
from support.namespaces import Link, Namespace, missing, namespace
from support.payments import Payments
from support.sent import sent_for
from support.servers import embedded_kafka, embedded_postgres, free_ports
from support.verdict import judged
from support.waiting import eventually

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
]

DATABASE_TOLD = 12.0  # seconds after a cut, until readiness says so
KAFKA_TOLD = 30.0  # it is patient there: commands are accepted all the while
RECOVERED = 25.0  # seconds after the last link healed, until all is handled and it is ready


class PaymentsOverHttp(Payments):
    """From outside of the namespace, by a link that is never cut."""

    address: str

    async def _order(self, account: UUID, key: str) -> int:
        headers = {
            "authorization": f"Bearer {Assertions(KEY).sign(self.ada)}",
            "idempotency-key": key,
        }
        body = {"account_id": str(account), "amount": 1}
        try:
            async with httpx2.AsyncClient(timeout=20) as http:
                url = f"{self.address}/commands/pay"
                answer = await http.post(url, headers=headers, json=body)
        except httpx2.TransportError as error:
            raise ConnectionError from error
        if answer.status_code >= 409 and answer.status_code != 422:  # in flight, or busy
            raise ConnectionError(answer.text)
        return answer.status_code


@pytest.fixture
async def net() -> AsyncGenerator[Namespace]:
    async with namespace("kafka", "postgres", "client") as made:
        yield made


@pytest.fixture
async def ledger(net: Namespace, tmp_path: Path) -> AsyncGenerator[Ledger]:
    """On servers that listen, and say so, on the links' addresses."""
    port, kafka_port, controller_port = free_ports(3)
    postgres = Postgres(
        tmp_path / "postgres", port, "for-tests", durable=False, host=net.links["postgres"].server
    )
    await postgres.initialise(tmp_path / "initdb.log")
    with (postgres.data / "pg_hba.conf").open("a") as rules:
        rules.write("host all all samenet scram-sha-256\n")
    kafka = Kafka(tmp_path / "kafka", kafka_port, controller_port, host=net.links["kafka"].server)
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(embedded_postgres(postgres))
        address = await stack.enter_async_context(embedded_kafka(kafka))
        ledger = Ledger(await fresh_database(dsn, "ledger"), address)
        await ledger.prepare()
        yield ledger


async def cut_both(link: Link) -> None:
    await link.cut()


async def cut_sent(link: Link) -> None:
    await link.cut(received=False)


async def cut_received(link: Link) -> None:
    await link.cut(sent=False)


Cut = Callable[[Link], Awaitable[None]]
CUTS: dict[str, Cut] = {
    "dropped both ways": cut_both,
    "what it sends is dropped": cut_sent,
    "what it receives is dropped": cut_received,
    "unplugged": Link.unplug,
}


class Trial:
    """The service, its load, and how long it took to tell of a cut and to recover from it."""

    def __init__(self, net: Namespace, service: LedgerProcess, experiment: Experiment) -> None:
        self.net = net
        self.service = service
        self.experiment = experiment

    async def told(self, word: str, within: float) -> float:
        """Seconds until its readiness says what is wrong."""
        began = time.monotonic()

        async def tells() -> bool:
            return any(word in problem for problem in await self.service.problems() or [])

        try:
            await eventually(tells, within=within, every=0.2)
        except AssertionError:
            self.experiment.violations.append(f"nothing was told of {word} in {within} s")
        return time.monotonic() - began

    async def recovered(self, watching: asyncpg.Connection) -> float:
        """Seconds until it is ready and nothing waits any more to be published or handled."""
        began = time.monotonic()

        async def well() -> bool:
            waits = await watching.fetchval(
                "select count(*) from cairn.outbox where created_at < now() - interval '2 s'"
            )
            return not waits and await self.service.ready()

        try:
            await eventually(well, within=90, every=0.2)
        except AssertionError:
            self.experiment.violations.append("it did not recover by itself")
        took = time.monotonic() - began
        self.experiment.recovery = max(took, self.experiment.recovery or 0)
        return took

    async def swizzle(self) -> None:
        """Cut one by one, and heal in another order."""
        links = [self.net.links["kafka"], self.net.links["postgres"]]
        chance = self.experiment.chance
        for each in chance.sample(links, 2):
            what = chance.choice(sorted(CUTS))
            self.experiment.did(f"swizzle: {each.name} {what}")
            await CUTS[what](each)
            await asyncio.sleep(chance.uniform(0.5, 3))
        for each in chance.sample(links, 2):
            await asyncio.sleep(chance.uniform(0.5, 3))
            await each.heal()


@pytest.mark.experiment("F27")
async def test_a_service_that_was_cut_off_recovers_by_itself(
    net: Namespace, ledger: Ledger, experiment: Experiment, tmp_path: Path
) -> None:
    watching = await superuser(ledger.dsn)
    async with producing(ledger.kafka) as producer:
        sent = await sent_for(ledger, producer, watching)
    async with Database.open(ledger.dsn.app, name="test app") as app:
        payments = PaymentsOverHttp(ledger, app, experiment.chance, sent.owner)
        await payments.open(8)
    async with ledger_process(
        ledger, tmp_path / "ledger.log", host=net.links["client"].client, within=net.within
    ) as service:
        payments.address = service.address
        trial, over = Trial(net, service, experiment), asyncio.Event()
        await eventually(service.ready, within=60)
        live = asyncio.create_task(payments.until(over, clients=4))
        for what, cut in CUTS.items():
            for name, word, within in (
                ("postgres", "database", DATABASE_TOLD),
                ("kafka", "behind", KAFKA_TOLD),
            ):
                experiment.did(f"{name} {what}")
                await cut(net.links[name])
                told = await trial.told(word, within)
                await net.links[name].heal()
                took = await trial.recovered(watching)
                print(f"{name} {what}: told after {told:.1f} s, well {took:.1f} s after healing")
        for _ in range(3):
            await trial.swizzle()
            await trial.recovered(watching)
        over.set()
        await live
        experiment.commands = payments.acknowledged.total()
        experiment.violations += await judged(ledger, watching, payments.acknowledged)
    if (experiment.recovery or 0) > RECOVERED:
        experiment.violations.append(f"it took {experiment.recovery:.1f} s to recover")
    await watching.close()
