"""What operators see of what is parked, release or throw away."""

from collections.abc import AsyncGenerator
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from prometheus_client import REGISTRY

from chassis.database import Database
from chassis.letters import Letter, discard, letters, release
from chassis.measures import Measures
from chassis.parking import park
from support.harness import Heard
from support.ledger import Account, Ledger, caller, superuser


@pytest.fixture
async def watching(ledger: Ledger) -> AsyncGenerator[asyncpg.Connection]:
    connection = await superuser(ledger.dsn)
    await connection.execute("truncate cairn.dead_letters, cairn.outbox, cairn.discarded")
    yield connection
    await connection.close()


async def all_letters(pipe: Database) -> list[Letter]:
    async with pipe.connection() as connection:
        return await letters(connection)


async def parked(ledger: Ledger, pipe: Database, reason: str = "the body is not JSON") -> Letter:
    """A record of ours that could not be handled."""
    account = Account(id=uuid4(), organisation_id=uuid4(), owner_id=uuid4())
    envelope = ledger.event(account, ledger.change["PAID"], 3)
    record = Heard(
        topic=ledger.accounts_topic.name,
        key=str(account.id).encode(),
        value=msgspec.json.encode(account),
        headers=[(name, value.encode()) for name, value in envelope.headers().items()],
        offset=7,
    )
    async with pipe.transaction() as connection:
        await park(connection, record, reason, attempts=4)
    [letter] = await all_letters(pipe)
    assert letter.event_id == envelope.id
    return letter


async def test_a_dead_letter_is_shown_and_thrown_away_with_a_name_to_it(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection
) -> None:
    letter = await parked(ledger, pipe)
    assert (letter.offset, letter.version, letter.attempts) == (7, 3, 4)
    async with pipe.transaction() as connection:
        assert await discard(connection, letter, by="ines", because="a test tool wrote it")
    assert await all_letters(pipe) == []
    row = await watching.fetchrow("select * from cairn.discarded")
    assert row is not None
    assert (row["discarded_by"], row["discarded_because"]) == ("ines", "a test tool wrote it")
    assert (row["event_id"], row["version"]) == (str(letter.event_id), 3)
    assert "body" not in dict(row)
    async with pipe.transaction() as connection:
        assert not await discard(connection, letter, by="ines", because="again")
    assert await watching.fetchval("select count(*) from cairn.discarded") == 1


async def test_a_reason_that_quotes_is_shown_without_the_quotation(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection
) -> None:
    letter = await parked(ledger, pipe, "Invalid enum value 'Ana's secret' - at `$.status`")
    assert letter.reason == "Invalid enum value '…' - at `$.status`"


async def test_an_event_that_kafka_refused_is_released_or_thrown_away(
    ledger: Ledger, app: Database, pipe: Database, watching: asyncpg.Connection
) -> None:
    who = caller()
    account: UUID = await ledger.opened(app, who)
    await ledger.order(app, "pay", who, account_id=str(account), amount=1)
    await watching.execute(
        "update cairn.outbox set parked = 'MessageSizeTooLargeError'"
        " where position = (select min(position) from cairn.outbox)"
    )
    [letter] = await all_letters(pipe)
    assert letter.id.startswith("outbox:")
    assert (letter.subject, letter.version, letter.offset) == (account, 1, None)
    async with pipe.transaction() as connection:
        assert await release(connection, letter)
        assert not await release(connection, letter)
    assert await all_letters(pipe) == []
    await watching.execute(
        "update cairn.outbox set parked = 'x' where position = $1",
        int(letter.id.removeprefix("outbox:")),
    )
    async with pipe.transaction() as connection:
        assert await discard(connection, letter, by="ines", because="it never fits")
    assert await watching.fetchval("select count(*) from cairn.outbox where parked is null") == 1
    assert await watching.fetchval("select parked from cairn.discarded") == letter.id


async def test_a_gauge_counts_what_is_parked(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection
) -> None:
    def gauge() -> float | None:
        return REGISTRY.get_sample_value("cairn_dead_letters", {"topic": letter.topic})

    letter = await parked(ledger, pipe)
    measures = Measures(pipe)
    await measures.turn()
    assert gauge() == 1
    await watching.execute("truncate cairn.dead_letters")
    await measures.turn()
    assert gauge() == 0
