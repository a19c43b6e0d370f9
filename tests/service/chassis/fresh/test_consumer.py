"""The consumer: exactly once in effect, and nothing lost."""

from typing import Any

import asyncpg
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis import telemetry
from chassis.database import Database
from chassis.events import Event
from support.ledger import (
    Account,
    Ledger,
    in_background,
)
from support.sent import Sent, caught_up, copies, effects
from support.waiting import eventually

pytestmark = pytest.mark.usefixtures("hasty")


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


@pytest.mark.parametrize("group", [True, False], ids=["its group", "its metadata"])
async def test_a_client_that_is_half_dead_is_replaced(
    ledger: Ledger, pipe: Database, sent: Sent, watching: asyncpg.Connection, group: bool
) -> None:
    """aiokafka's background tasks end by what it does not expect, and nothing says so."""
    account = sent.account()
    await sent.event(account, 1)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await caught_up(pipe, ledger)
        client: Any = consumer._kafka
        task = client._coordinator._coordination_task if group else client._client._sync_task
        task.cancel()
        await eventually(lambda: consumer._kafka is not client)
        await sent.event(account, 2)
        await caught_up(pipe, ledger)
    assert await copies(watching) == {account.id: 2}


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
