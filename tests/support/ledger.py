"""A service small enough to see through, for tests of the chassis: accounts with a balance.

Each `Ledger` has topics of its own, so that tests share one Kafka without meeting.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import ConsumerRecord

from chassis.aggregates import Aggregates
from chassis.commands import Commands, Done, carry_out
from chassis.consumer import Consumer
from chassis.copies import Copies
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.events import Event, is_beat
from chassis.healing import Healer
from chassis.hearing import Hearing
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.kafka_client import running
from chassis.preparation import births, prepare
from chassis.refusals import NotYetKnown, Refusal
from chassis.relay import Relay
from chassis.service import Service
from chassis.standstill import Standstill
from chassis.subscriptions import Subscriptions
from chassis.topics import Topic as AnyTopic
from chassis.unit import Unit
from chassis.waiting import WaitingRoom
from support.databases import ServiceDatabase

SERVICE = "ledger"
MIGRATIONS = Path(__file__).parent / "ledger_migrations"


class Account(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    organisation_id: UUID
    owner_id: UUID
    balance: int = 0
    note: str = ""


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    organisation_id: UUID
    name: str


class Overdrawn(Refusal, code="overdrawn"):
    """The account does not hold that much."""


class Open(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    owner_id: UUID
    note: str = ""


class Pay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    account_id: UUID
    amount: Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)]


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int = 3


class Ledger:
    """The service under test. `dsn` gives its database, `kafka` the broker."""

    def __init__(
        self, dsn: ServiceDatabase, kafka: str, *, name: str = "", partitions: int = 3
    ) -> None:
        self.dsn = dsn
        self.kafka = kafka
        name = name or f"ledger{uuid4().hex[:8]}"
        self.accounts_topic = Topic(f"{name}.account", partitions)
        self.owners_topic = Topic(f"{name}.owner")
        self.change: Any = StrEnum(
            "AccountChange",
            {
                word.upper(): f"{self.accounts_topic.name}.{word}"
                for word in ("opened", "paid", "restated")
            },
        )
        self.owner_change: Any = StrEnum(
            "OwnerChange", {"NAMED": f"{self.owners_topic.name}.named"}
        )
        self.accounts = Aggregates(
            self.accounts_topic.name, Account, table="accounts", called="account"
        )
        self.copies = Copies(self.accounts_topic.name, Account, table="account_copies")
        self.owners = Copies(self.owners_topic.name, Owner, table="owner_copies")
        self.commands = Commands()
        self.hears = Subscriptions()
        self.unknown: set[UUID] = set()  # accounts that are on their way
        self.paid_hook: Callable[[Event[Account]], Awaitable[None]] | None = None
        self._declare_commands()
        self._declare_subscriptions()

    def _declare_commands(self) -> None:
        async def open_account(command: Open, unit: Unit) -> None:
            account = Account(
                id=new_id(),
                organisation_id=unit.organisation_id,
                owner_id=command.owner_id,
                note=command.note,
            )
            await self.accounts.create(unit, account, self.change["OPENED"])

        async def pay(command: Pay, unit: Unit) -> None:
            account = await self.accounts.locked(unit, command.account_id)
            if account.id in self.unknown:
                raise NotYetKnown(f"Account {account.id} is not known here yet.")
            if account.balance + command.amount < 0:
                raise Overdrawn(f"Account {account.id} holds {account.balance}.")
            paid = msgspec.structs.replace(account, balance=account.balance + command.amount)
            await self.accounts.save(unit, paid, self.change["PAID"])

        self.commands.handles("open")(open_account)
        self.commands.handles("open-in-bulk", bulk=True)(open_account)
        self.commands.handles("pay")(pay)
        self.commands.handles("pay-in-bulk", bulk=True)(pay)
        self.commands.handles("pay-as-administrator", roles=("administrator",))(pay)

    def _declare_subscriptions(self) -> None:
        self.hears.keeps(self.copies)
        self.hears.keeps(self.owners)

        async def note_payment(event: Event[Account], unit: Unit) -> None:
            """One effect row for each payment; it needs the owner, whose copy may be late."""
            assert event.state is not None
            await self.owners.need(unit, event.state.owner_id)
            if self.paid_hook:
                await self.paid_hook(event)
            await unit.connection.execute(
                "insert into effects (organisation_id, event_id, account_id, version)"
                " values ($1, $2, $3, $4)",
                unit.organisation_id,
                event.id,
                event.subject,
                event.version,
            )

        self.hears.reaction(self.accounts_topic.name, Account, on=[self.change["PAID"]])(
            note_payment
        )

    async def prepare(self) -> None:
        await prepare(
            owner_dsn=self.dsn.owner,
            kafka=self.kafka,
            migrations=MIGRATIONS,
            publishes=[self.accounts_topic],
            hears=[self.accounts_topic, self.owners_topic],
            subscriptions=self.hears,
        )

    def service(self, *, owns: bool = True) -> Service:
        """All of it, as a process runs it; or without the accounts, as one that only hears them."""
        return Service(
            SERVICE,
            publishes=[self.accounts_topic] if owns else [],
            owns=[self.accounts] if owns else [],
            hears=[self.accounts_topic, self.owners_topic],
            migrations=MIGRATIONS,
            commands=self.commands,
            subscriptions=self.hears,
        )

    @asynccontextmanager
    async def databases(self) -> AsyncGenerator[tuple[Database, Database]]:
        """The database as the application's role, and as the role of the pipes."""
        async with (
            Database.open(self.dsn.app, name="test app", size=20) as app,
            Database.open(self.dsn.pipe, name="test pipe") as pipe,
        ):
            yield app, pipe

    async def order(
        self, app: Database, name: str, caller: Caller, key: str | None = None, **body: Any
    ) -> Done:
        """Carry out a command as the HTTP endpoint would."""
        return await carry_out(
            self.commands.by_name[name],
            msgspec.json.encode(body),
            database=app,
            service=SERVICE,
            caller=caller,
            key=key or str(uuid4()),
            correlation_id=None,
        )

    async def opened(self, app: Database, caller: Caller, **body: Any) -> UUID:
        """Open an account; returns its id."""
        done = await self.order(app, "open", caller, **({"owner_id": str(uuid4())} | body))
        return UUID(msgspec.json.decode(done.answer.body)["written"][0]["id"])

    def relay(self, *duties: Callable[[], Awaitable[None]]) -> Relay:
        return Relay(dsn=self.dsn.pipe, kafka=self.kafka, service=SERVICE, duties=duties)

    def healer(self, app: Database, pipe: Database) -> Healer:
        return Healer(
            service=SERVICE,
            owns=[self.accounts],
            topics=[self.accounts_topic],
            kafka=self.kafka,
            app=app,
            pipe=pipe,
            standstill=Standstill(pipe),
        )

    def room(self, pipe: Database) -> WaitingRoom:
        return WaitingRoom(self.hears, service=SERVICE, database=pipe)

    async def consumer(
        self,
        pipe: Database,
        topic: Topic | None = None,
        *,
        instance: str = "0",
        group: str = "",
        hearing: type[Hearing] = Hearing,
    ) -> Consumer:
        topic = topic or self.accounts_topic
        subscription = self.hears.by_topic[topic.name]
        return Consumer(
            service=SERVICE + group,
            topic=topic.name,
            kafka=self.kafka,
            instance=instance,
            database=pipe,
            handler=hearing(subscription, service=SERVICE, births=await births(pipe, subscription)),
            after_commit=lambda: None,
        )

    def event(self, state: Any, change: StrEnum, version: int = 1) -> Envelope:
        return Envelope(
            id=new_id(),
            source=SERVICE,
            type=change.value,
            subject=state.id,
            time=datetime.now(UTC),
            organisation_id=state.organisation_id,
            version=version,
            actor="service:test",
            causation_id=new_id(),
            correlation_id=new_id(),
        )


def caller(organisation_id: UUID | None = None, *roles: str, subject: str = "ada") -> Caller:
    return Caller(
        subject=subject, organisation_id=organisation_id or uuid4(), roles=frozenset(roles)
    )


@asynccontextmanager
async def in_background(*tasks: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    running = [asyncio.ensure_future(task()) for task in tasks]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def read_log(kafka: str, topic: AnyTopic) -> list[ConsumerRecord[Any, Any]]:
    """Every event of a topic, partition by partition; beats are left out."""
    partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    async with running(consumer):
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[ConsumerRecord[Any, Any]] = []
        for partition in partitions:
            while await consumer.position(partition) < ends[partition]:
                got = await consumer.getmany(partition, timeout_ms=1000)
                records += [each for each in got.get(partition, []) if not is_beat(each)]
        return records


@asynccontextmanager
async def producing(kafka: str) -> AsyncGenerator[AIOKafkaProducer]:
    async with running(AIOKafkaProducer(bootstrap_servers=kafka, acks="all")) as producer:
        yield producer


async def superuser(dsn: ServiceDatabase) -> asyncpg.Connection:
    return await asyncpg.connect(dsn.superuser)
