"""What cannot be handled is parked, and is in nobody's way."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from prometheus_client import REGISTRY

from chassis import handling, waiting
from chassis.database import Connection, Database
from chassis.events import Batch, Event
from chassis.hearing import Hearing
from support.ledger import (
    Account,
    Ledger,
    in_background,
)
from support.sent import Sent, caught_up, copies, effects, effects_are
from support.waiting import eventually

pytestmark = pytest.mark.usefixtures("hasty")


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
    monkeypatch.setattr(handling, "BACKOFF", (3600.0,))
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
