"""F15: on each topic, every record that cannot be handled, each between two that can."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from chassis import waiting
from chassis.database import Database
from chassis.kafka_client import running
from support.experiments import Experiment
from support.ledger import Account, Ledger, Owner, Topic, in_background
from support.sent import ORGANISATION, Sent, effects
from support.waiting import eventually

PARKED_WITHIN = 5.0  # seconds from when the last of them is in the log
LARGE = 900_000  # bytes, about as many as a topic admits


@pytest.fixture
async def producer(kafka: str) -> AsyncGenerator[AIOKafkaProducer]:
    large = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", max_request_size=2 * 1024 * 1024)
    async with running(large) as producer:
        yield producer


@dataclass(frozen=True)
class Poison:
    what: str
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    key: bytes | None


def corpus(state: Any, headers: dict[str, bytes]) -> list[Poison]:
    """What none may be able to handle; `state` and `headers` are those of a sound event.

    A record without a key is none of them: the broker refuses it, since the topics are compacted.
    """
    body = msgspec.json.encode(state)
    key = str(state.id).encode()
    foreign = msgspec.json.encode(msgspec.structs.replace(state, organisation_id=uuid4()))

    def saying(text: bytes) -> bytes:
        """The body with a field more, which this version does not know."""
        return body.replace(b"{", b'{"unheard":%s,' % text, 1)

    values: dict[str, bytes | None] = {
        "empty": b"",
        "bad JSON": b"{",
        "not UTF-8": body.replace(b"}", b',"note2":"\xff"}'),
        "an array": b"[]",
        "a JSON null": b"null",
        "100,000 deep": b"[" * 100_000,
        "100,000 deep in a field nobody knows": saying(b"[" * 100_000 + b"]" * 100_000),
        "NUL": saying(rb'"\u0000"'),
        "a lone surrogate": saying(rb'"\ud800"'),
        "a number too large to store": saying(b"1e400000"),
        "a number of most of a megabyte": saying(b"9" * LARGE),
        "a fraction of most of a megabyte": saying(b"0." + b"9" * LARGE),
        "the tenant of another": foreign,
        "the id of another": msgspec.json.encode(msgspec.structs.replace(state, id=uuid4())),
    }
    heads: dict[str, dict[str, bytes | None]] = {
        "a null header": {"ce_actor": None},
        "a header not UTF-8": {"ce_actor": b"\xff\xfe"},
        "another content type": {"content-type": b"avro/binary"},
        "a future version of CloudEvents": {"ce_specversion": b"2.0"},
        "a type of another topic": {"ce_type": b"elsewhere.thing.done"},
        "version nought": {"ce_version": b"0"},
        "a version too large": {"ce_version": b"9" * 30},
        "a version of 100,000 digits": {"ce_version": b"9" * 100_000},
        "a time that is none": {"ce_time": b"noon"},
        "an unknown header of most of a megabyte, not ASCII": {"more": b"\xe9" * LARGE},
    }
    missing = ("ce_organisation", "ce_type", "ce_id", "ce_version")
    return [
        *(Poison(what, value, list(headers.items()), key) for what, value in values.items()),
        *(
            Poison(what, body, list((headers | changed).items()), key)
            for what, changed in heads.items()
        ),
        *(
            Poison(f"no {name}", body, [each for each in headers.items() if each[0] != name], key)
            for name in missing
        ),
        Poison("no headers", body, [], key),
        Poison("another key", body, list(headers.items()), str(uuid4()).encode()),
        Poison("nothing at all", None, [], b""),
    ]


class Published:
    """The corpus on both topics; `accounts` and `owners` are the sound ones around it."""

    def __init__(self, sent: Sent, producer: AIOKafkaProducer, experiment: Experiment) -> None:
        self.sent = sent
        self.ledger = sent.ledger
        self.producer = producer
        self.experiment = experiment
        self.accounts: set[UUID] = set()
        self.owners = {sent.owner}

    async def on_accounts(self) -> None:
        def sound() -> Account:
            state = self.sent.account()
            self.accounts.add(state.id)
            return state

        change = self.ledger.change["PAID"]
        await self._between(self.ledger.accounts_topic, self.sent.account(), change, sound)

    async def on_owners(self) -> None:
        def sound() -> Owner:
            state = self._owner()
            self.owners.add(state.id)
            return state

        change = self.ledger.owner_change["NAMED"]
        await self._between(self.ledger.owners_topic, self._owner(), change, sound)

    def _owner(self) -> Owner:
        return Owner(id=uuid4(), organisation_id=ORGANISATION, name="Ada")

    async def _between(
        self, topic: Topic, state: Any, change: Any, sound: Callable[[], Any]
    ) -> None:
        for poison in corpus(state, dict(self._headers(state, change))):
            self.experiment.did(poison.what)
            partition = self.experiment.chance.randrange(topic.partitions)
            await self._send(topic, partition, self._whole(sound(), change))
            await self._send(topic, partition, poison)
            await self._send(topic, partition, self._whole(sound(), change))

    def _headers(self, state: Any, change: Any) -> list[tuple[str, bytes]]:
        headers = self.ledger.event(state, change).headers()
        return [(name, text.encode()) for name, text in headers.items()]

    def _whole(self, state: Any, change: Any) -> Poison:
        headers = list[tuple[str, bytes | None]](self._headers(state, change))
        return Poison("sound", msgspec.json.encode(state), headers, str(state.id).encode())

    async def _send(self, topic: Topic, partition: int, record: Poison) -> None:
        await self.producer.send_and_wait(
            topic.name,
            record.value,
            key=record.key,
            headers=record.headers,  # pyright: ignore[reportArgumentType]  # null ones too
            partition=partition,
        )


@pytest.mark.experiment("F15")
async def test_all_that_cannot_be_handled_is_put_aside_and_what_is_between_flows_on(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    producer: AIOKafkaProducer,
    watching: asyncpg.Connection,
    experiment: Experiment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "POLL", 0.1)
    published = Published(sent, producer, experiment)
    topics = (ledger.accounts_topic, ledger.owners_topic)
    consumers = [await ledger.consumer(pipe, topic) for topic in topics]
    async with in_background(*(consumer.run for consumer in consumers)):
        await eventually(lambda: all(consumer.problem is None for consumer in consumers))
        await asyncio.gather(published.on_accounts(), published.on_owners())
        experiment.commands = len(published.accounts) + len(published.owners) - 1
        last = time.monotonic()
        due = len(experiment.faults)

        async def parked() -> bool:
            return (await watching.fetchval("select count(*) from cairn.dead_letters") or 0) >= due

        await eventually(parked, within=30)
        experiment.recovery = time.monotonic() - last

        async def flowed() -> bool:
            made = {account_id for account_id, _ in await effects(watching)}
            kept = {row["id"] for row in await watching.fetch("select id from owner_copies")}
            # Where only the copy could not be kept, the reaction has acted: that counts.
            return made >= published.accounts and kept == published.owners

        await eventually(flowed)
    if experiment.recovery > PARKED_WITHIN:
        experiment.violations.append(f"put aside after {experiment.recovery:.1f} s")
    reasons = await watching.fetch("select reason from cairn.dead_letters")
    if len(reasons) != due or not all(row["reason"] for row in reasons):
        experiment.violations.append(f"{len(reasons)} put aside of {due}")


@pytest.mark.experiment("F15 tenants")
async def test_another_tenant_that_says_the_same_id_reaches_no_row_of_ours(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection, experiment: Experiment
) -> None:
    ours = sent.account(note="ours")
    theirs = msgspec.structs.replace(ours, organisation_id=uuid4(), note="theirs")
    await sent.owns(watching, theirs.organisation_id)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await sent.event(ours, 1)
        experiment.did("a newer version in another tenant")
        await sent.event(theirs, 9)
        await sent.event(ours, 2)
        experiment.commands = 3
        await eventually(lambda: watching.fetchval("select count(*) = 3 from effects"))
    rows = await watching.fetch(
        "select organisation_id, version, state ->> 'note' as note from account_copies"
    )
    assert {tuple(row) for row in rows} == {
        (ORGANISATION, 2, "ours"),
        (theirs.organisation_id, 9, "theirs"),
    }
