"""The consumer: exactly once in effect, nothing lost, and no record in the others' way."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.consumer.fetcher import FetchResult
from aiokafka.errors import CorruptRecordException
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY

from chassis import consumer as consumer_module
from chassis import telemetry, waiting
from chassis.database import Connection, Database
from chassis.events import Batch, Event
from chassis.hearing import Hearing
from support.databases import ServiceDatabase
from support.ledger import (
    Account,
    Ledger,
    in_background,
    producing,
    superuser,
)
from support.sent import Sent, caught_up, copies, effects, effects_are, sent_for
from support.waiting import eventually


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "BACKOFF", (0.01, 0.02))
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(waiting, "POLL", 0.05)


@pytest.fixture
async def ledger(database: Any, kafka: str) -> Ledger:
    """Fresh for each test: positions and topics are what these tests are about."""
    dsn: ServiceDatabase = await database("ledger")
    ledger = Ledger(dsn, kafka)
    await ledger.prepare()
    return ledger


@pytest.fixture
async def pipe(ledger: Ledger) -> AsyncGenerator[Database]:
    async with Database.open(ledger.dsn.pipe, name="test pipe") as pipe:
        yield pipe


@pytest.fixture
async def watching(ledger: Ledger) -> AsyncGenerator[asyncpg.Connection]:
    connection = await superuser(ledger.dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def producer(ledger: Ledger) -> AsyncGenerator[AIOKafkaProducer]:
    async with producing(ledger.kafka) as producer:
        yield producer


@pytest.fixture
async def sent(ledger: Ledger, producer: AIOKafkaProducer, watching: asyncpg.Connection) -> Sent:
    return await sent_for(ledger, producer, watching)


async def test_duplicates_and_old_versions_have_no_effect(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    account = sent.account()
    for version in (1, 1, 2, 1, 3, 2, 3):
        await sent.event(account, version)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert await effects(watching) == [(account.id, 1), (account.id, 2), (account.id, 3)]
    assert await copies(watching) == {account.id: 3}


async def test_what_cannot_be_read_is_parked_and_its_neighbours_flow(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    account = sent.account()
    body = msgspec.json.encode(account)
    envelope = ledger.event(account, ledger.change["PAID"])
    good: dict[str, Any] = {name: value.encode() for name, value in envelope.headers().items()}
    key = str(account.id).encode()
    other_tenant = msgspec.json.encode(msgspec.structs.replace(account, organisation_id=uuid4()))
    corpus: dict[str, tuple[bytes | None, dict[str, Any], bytes | None]] = {
        "the body is not JSON in UTF-8": (b"{", good, key),
        "not JSON: lone surrogate": (b'{"note": "\\ud800"}', good, key),
        "not JSON: deep": (b"[" * 100_000, good, key),
        "the body does not fit its schema": (b'{"id": 7}', good, key),
        "schema: huge number": (body.replace(b'"balance":0', b'"balance":1e400'), good, key),
        "the header ce_type is null": (body, good | {"ce_type": None}, key),
        "the header \ufffd is null": (body, good | {"\0": None}, key),
        "the header ce_actor is not ASCII": (body, good | {"ce_actor": b"\xff\xfe"}, key),
        "the header ce_organisation is missing": (
            body,
            {name: value for name, value in good.items() if name != "ce_organisation"},
            key,
        ),
        "a header has a value of the wrong form": (body, good | {"ce_id": b"7"}, key),
        "ce_version is not a positive number": (body, good | {"ce_version": b"-1"}, key),
        "ce_specversion is not 1.0": (body, good | {"ce_specversion": b"0.3"}, key),
        "content-type is not application/json": (body, good | {"content-type": b"text/xml"}, key),
        "the record's key is not its ce_subject": (body, good, b"another"),
        "an empty key": (body, good, b""),
        "the event's type is not one of this topic": (
            body,
            good | {"ce_type": b"elsewhere.thing.done"},
            key,
        ),
        "the body's id is not its ce_subject": (
            msgspec.json.encode(msgspec.structs.replace(account, id=uuid4())),
            good,
            key,
        ),
        "the body names another organisation": (other_tenant, good, key),
        "the body contains the character NUL": (
            msgspec.json.encode(msgspec.structs.replace(account, note="a\x00b")),
            good,
            key,
        ),
        "the body contains the character": (
            body.replace(b"{", rb'{"another\u0000version":1,', 1),
            good,
            key,
        ),
    }
    neighbours: list[UUID] = []
    for value, headers, record_key in corpus.values():
        neighbour = sent.account()
        neighbours.append(neighbour.id)
        await sent.event(neighbour)
        await sent.raw(value, list(headers.items()), record_key)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert {account_id for account_id, _ in await effects(watching)} == set(neighbours)
    parked = await watching.fetch('select reason, body from cairn.dead_letters order by "offset"')
    assert len(parked) == len(corpus)
    for row, (reason, (value, _, _)) in zip(parked, corpus.items(), strict=True):
        assert row["body"] == value
        if reason.startswith(("the ", "a ", "ce_", "content")):
            assert row["reason"].startswith(reason)


async def test_text_that_only_looks_like_a_nul_is_text(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    account = sent.account(note=r"C:\u0000")
    await sent.event(account)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert await copies(watching) == {account.id: 1}


async def test_a_type_that_is_not_known_is_state_to_copies_and_nothing_to_reactions(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    account = sent.account(balance=3)
    await sent.event(account, 4, "merged_with_another")
    await sent.event(account, 5, "restated")
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert await copies(watching) == {account.id: 5}
    assert await effects(watching) == []


async def test_an_erased_aggregate_does_not_come_back(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    account, other = sent.account(), sent.account()
    await sent.event(account, 1)
    grave = ledger.event(account, ledger.change["PAID"], 2)
    headers = [(name, value.encode()) for name, value in grave.headers().items()]
    await sent.raw(None, headers, str(account.id).encode())
    await sent.event(account, 1)
    await sent.event(account, 2)
    await sent.event(other, 1)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert await copies(watching) == {other.id: 1}


async def test_a_reaction_that_fails_for_good_is_parked_after_some_attempts_and_blocks_nobody(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    accounts = [sent.account() for _ in range(5)]
    attempts = 0

    async def fail(event: Event[Account]) -> None:
        nonlocal attempts
        if event.subject == accounts[2].id:
            attempts += 1
            raise ZeroDivisionError

    ledger.paid_hook = fail
    for account in accounts:
        await sent.event(account)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run, ledger.room(pipe).run):
        await eventually(lambda: effects_are(watching, 4))
        assert set(await copies(watching)) == {account.id for account in accounts}
        [row] = await eventually(
            lambda: watching.fetch("select reaction, reason, subject from cairn.dead_letters")
        )
    handled = {account_id for account_id, _ in await effects(watching)}
    assert handled == {account.id for account in accounts} - {accounts[2].id}
    assert row["reaction"] == "note_payment"
    assert row["reason"] == "handling it raised ZeroDivisionError"
    assert row["subject"] == accounts[2].id
    assert attempts == waiting.MAX_FAILURES
    assert await watching.fetchval("select count(*) from cairn.waiting") == 0


async def test_of_reactions_that_are_done_as_one_only_those_that_fail_are_put_off(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    """In one batch: two that fail once, one that waits for its owner, and one with two versions."""
    accounts = [sent.account() for _ in range(8)]
    accounts[4] = msgspec.structs.replace(accounts[4], owner_id=uuid4())
    failing = {accounts[0].id, accounts[6].id}

    async def fail_once(event: Event[Account]) -> None:
        if event.subject in failing:
            failing.remove(event.subject)
            raise ZeroDivisionError

    ledger.paid_hook = fail_once
    for account in accounts:
        await sent.event(account)
    await sent.event(accounts[3], 2)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
        put_off = await watching.fetch("select subject from cairn.waiting")
        assert {row["subject"] for row in put_off} == {accounts[n].id for n in (0, 4, 6)}
        async with in_background(ledger.room(pipe).run):
            await eventually(lambda: effects_are(watching, 8))
    happened = await effects(watching)
    assert sorted(happened) == sorted(set(happened))
    assert {each.id for each in accounts} - {account for account, _ in happened} == {accounts[4].id}


async def test_a_reaction_that_heals_acts_in_the_order_of_its_subject(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    failures = 3
    acted: list[int] = []

    async def fail(event: Event[Account]) -> None:
        nonlocal failures
        if event.version == 1 and failures:
            failures -= 1
            raise ZeroDivisionError
        acted.append(event.version)

    ledger.paid_hook = fail
    account = sent.account()
    for version in range(1, 5):
        await sent.event(account, version)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run, ledger.room(pipe).run):
        await eventually(lambda: effects_are(watching, 4))
    assert acted == [1, 2, 3, 4]
    assert await watching.fetchval("select count(*) from cairn.dead_letters") == 0


@pytest.mark.parametrize("error", [FileNotFoundError, asyncpg.InterfaceError])
async def test_what_looks_like_a_lost_connection_and_is_none_is_the_reactions_fault(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    error: type[Exception],
) -> None:
    """It would be tried for ever, with its topic waiting behind it."""
    broken, behind = sent.account(), sent.account()

    async def fail(event: Event[Account]) -> None:
        if event.subject == broken.id:
            raise error

    ledger.paid_hook = fail
    await sent.event(broken)
    await sent.event(behind)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run, ledger.room(pipe).run):
        await eventually(lambda: effects_are(watching, 1))
        await eventually(lambda: watching.fetchval("select true from cairn.dead_letters"))


async def test_a_value_that_does_not_fit_is_parked_without_further_attempts(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer_module, "BACKOFF", (3600.0,))
    account, behind = sent.account(), sent.account()
    body = msgspec.json.encode(account).replace(b"{", b'{"unheard":1e400000,', 1)
    envelope = ledger.event(account, ledger.change["PAID"])
    headers = [(name, value.encode()) for name, value in envelope.headers().items()]
    await sent.raw(body, headers, str(account.id).encode())
    await sent.event(behind)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert set(await copies(watching)) == {behind.id}
    [row] = await watching.fetch("select reaction, reason, attempts from cairn.dead_letters")
    assert tuple(row) == ("", "handling it raised NumericValueOutOfRangeError", 1)


async def test_what_is_parked_is_counted_once_though_its_batch_is_done_again(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    class Greedy(Hearing):
        async def apply(self, connection: Connection, events: Batch) -> None:
            if len(events) > 1:
                raise asyncpg.LockNotAvailableError
            await super().apply(connection, events)

    def counted() -> float:
        labels = {"topic": ledger.accounts_topic.name}
        return REGISTRY.get_sample_value("cairn_parked_total", labels) or 0

    for _ in range(4):
        await sent.event(sent.account())
    await sent.raw(b"{", [], b"")
    consumer = await ledger.consumer(pipe, hearing=Greedy)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert await watching.fetchval("select count(*) from cairn.dead_letters") == 1
    assert counted() == 1


async def test_a_full_disk_parks_nothing(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    """It is no event's fault; and what would be parked is small enough to find room."""
    await watching.execute(
        """
        create function is_full() returns trigger language plpgsql as
            $$ begin raise exception 'no room' using errcode = 'disk_full'; end $$;
        create trigger full_disk before insert on effects execute function is_full()
        """
    )
    await sent.event(sent.account())
    consumer = await ledger.consumer(pipe)
    refused = asyncio.Event()

    async def note_attempt(_: Event[Account]) -> None:
        refused.set()

    ledger.paid_hook = note_attempt
    async with in_background(consumer.run):
        await asyncio.wait_for(refused.wait(), 20)
        await asyncio.sleep(1)  # longer than the attempts at one that fails otherwise
        await watching.execute("drop trigger full_disk on effects")
        await caught_up(pipe, ledger)
    assert len(await effects(watching)) == 1
    assert await watching.fetchval("select count(*) from cairn.dead_letters") == 0


async def test_a_batch_that_is_too_slow_is_handled_in_parts(
    ledger: Ledger, sent: Sent, watching: asyncpg.Connection
) -> None:
    class Slow(Hearing):
        async def apply(self, connection: Connection, events: Batch) -> None:
            await connection.execute("select pg_sleep($1)", 0.05 * len(events))
            await super().apply(connection, events)

    for _ in range(20):
        await sent.event(sent.account())
    async with Database.open(ledger.dsn.pipe, name="test", statement_timeout="400") as hurried:
        consumer = await ledger.consumer(hurried, hearing=Slow)
        async with in_background(consumer.run):
            await caught_up(hurried, ledger)
    assert len(await effects(watching)) == 20


@pytest.mark.parametrize("error", [asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError])
async def test_a_batch_that_holds_too_many_locks_is_handled_in_parts(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    error: type[Exception],
) -> None:
    """Whole, it would meet the commands that take them in another order again and again."""

    class Greedy(Hearing):
        async def apply(self, connection: Connection, events: Batch) -> None:
            if len(events) > 3:
                raise error
            await super().apply(connection, events)

    for _ in range(10):
        await sent.event(sent.account())
    consumer = await ledger.consumer(pipe, hearing=Greedy)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert len(await effects(watching)) == 10


async def test_the_database_may_restart(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    consumer = await ledger.consumer(pipe)
    accounts = [sent.account() for _ in range(30)]
    async with in_background(consumer.run):
        for place, account in enumerate(accounts):
            await sent.event(account)
            if place % 5 == 0:
                await watching.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where usename = 'ledger_pipe'"
                )
        await caught_up(pipe, ledger)
    assert len(await effects(watching)) == 30
    assert await watching.fetchval("select count(*) from cairn.dead_letters") == 0


async def test_two_consumers_that_both_think_the_partition_theirs_write_once(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    """In groups of their own both read everything: the database lets one of them write it."""
    first = await ledger.consumer(pipe)
    second = await ledger.consumer(pipe, group="zombie")
    account = sent.account()
    async with in_background(first.run, second.run):
        for version in range(1, 61):
            await sent.event(account, version)
        await caught_up(pipe, ledger)
    assert [version for _, version in await effects(watching)] == list(range(1, 61))


async def test_partitions_that_are_taken_away_while_their_records_are_handled(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    """What was read of them is left to their new owner, and what stays is read on."""
    first = await ledger.consumer(pipe)
    second = await ledger.consumer(pipe, instance="1")
    began, shared = asyncio.Event(), asyncio.Event()

    async def hold(_: Event[Account]) -> None:
        began.set()
        await shared.wait()

    async def send() -> None:
        for place in range(30):
            sent.partition = place % ledger.accounts_topic.partitions
            await sent.event(sent.account())

    ledger.paid_hook = hold
    await send()
    running = asyncio.create_task(first.run())
    async with in_background(lambda: running):
        await began.wait()
        async with in_background(second.run):
            await eventually(lambda: second.problem is None)
            shared.set()
            await eventually(lambda: effects_are(watching, 30))
            await send()
            await eventually(lambda: effects_are(watching, 60))
            assert not running.done()


async def test_an_error_at_one_partition_loses_nothing_of_another(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What aiokafka had taken from the other before the error, it does not give again by itself."""
    taken: set[int] = set()
    failed = asyncio.Event()
    take = FetchResult.getall

    def take_or_fail(result: FetchResult, most: int | None = None) -> Any:
        partition = result._topic_partition.partition
        if partition in taken or failed.is_set():
            return take(result, most)
        if taken:
            failed.set()
            raise CorruptRecordException
        taken.add(partition)
        return take(result, most)

    monkeypatch.setattr(FetchResult, "getall", take_or_fail)
    accounts = [sent.account() for _ in range(20)]
    for place, account in enumerate(accounts):
        sent.partition = place % 2
        await sent.event(account)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await eventually(lambda: effects_are(watching, 20))
    assert failed.is_set()


async def test_a_replay_does_nothing_again(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    accounts = [sent.account() for _ in range(5)]
    for account in accounts:
        await sent.event(account)
    for _ in range(2):
        consumer = await ledger.consumer(pipe)
        async with in_background(consumer.run):
            await caught_up(pipe, ledger)
        await watching.execute("update cairn.positions set next = 0")
        await watching.execute("truncate account_copies")
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert len(await copies(watching)) == 5
    assert len(await effects(watching)) == 5


async def test_a_reaction_acts_only_on_what_came_after_its_birth(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    before, after = sent.account(), sent.account()
    await sent.event(before)
    await watching.execute("delete from cairn.births")
    await ledger.prepare()
    await sent.event(after)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    assert set(await copies(watching)) == {before.id, after.id}
    assert await effects(watching) == [(after.id, 1)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("next = 1000", "past the log's end"),
        ("cluster = 'another'", "of another Kafka cluster"),
    ],
)
async def test_a_position_that_cannot_be_of_this_log_stops_the_consumer(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    change: str,
    sentence: str,
) -> None:
    await sent.event(sent.account())
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
        assert consumer.problem is None
    await watching.execute(f"update cairn.positions set {change}")
    await sent.event(sent.account())
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await eventually(lambda: consumer.problem is not None and sentence in consumer.problem)
    assert len(await effects(watching)) == 1


async def test_a_position_that_was_moved_back_is_followed(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection
) -> None:
    """As after a restore under a running consumer: what lies between is read again."""
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        first = [sent.account() for _ in range(3)]
        for account in first:
            await sent.event(account)
        await caught_up(pipe, ledger)
        async with asyncio.timeout(10), pipe.transaction() as connection:
            await connection.execute("update cairn.positions set next = 1")
        await watching.execute("truncate account_copies, effects, cairn.handled")
        last = sent.account()
        await sent.event(last)
        await caught_up(pipe, ledger)
    assert set(await copies(watching)) == {first[1].id, first[2].id, last.id}


async def test_what_the_database_has_lost_is_read_again_though_nothing_new_comes(
    ledger: Ledger,
    pipe: Database,
    sent: Sent,
    watching: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As after a crash of a database whose commits do not wait for the disk."""
    monkeypatch.setattr(consumer_module, "COMPARE_EVERY", 0.1)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        accounts = [sent.account() for _ in range(3)]
        for account in accounts:
            await sent.event(account)
        await caught_up(pipe, ledger)
        await watching.execute(
            "update cairn.positions set next = 1; truncate account_copies, effects, cairn.handled"
        )
        await caught_up(pipe, ledger)
    assert set(await copies(watching)) == {accounts[1].id, accounts[2].id}


async def test_a_consumer_that_had_nothing_to_do_is_not_stuck_when_something_comes(
    ledger: Ledger, pipe: Database, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "PATIENCE", 1.0)
    problems: list[str | None] = []
    consumer = await ledger.consumer(pipe)

    async def note_problem(_: Event[Account]) -> None:
        problems.append(consumer.problem)

    ledger.paid_hook = note_problem
    async with in_background(consumer.run):
        await eventually(lambda: consumer.problem is None)
        await asyncio.sleep(1.5)  # longer than its patience
        await sent.event(sent.account())
        await caught_up(pipe, ledger)
    assert problems == [None]


async def test_a_failing_handlers_words_are_in_no_span(
    ledger: Ledger, pipe: Database, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "tracer", lambda: provider.get_tracer("test"))

    async def fail(_: Event[Account]) -> None:
        raise ValueError("Ines Almeida")

    ledger.paid_hook = fail
    await sent.event(sent.account(), trace={"traceparent": f"00-{1:032x}-{1:016x}-01"})
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
    spans = exporter.get_finished_spans()
    assert any(span.status.description == "ValueError" for span in spans)
    assert "Ines" not in "".join(span.to_json() for span in spans)
