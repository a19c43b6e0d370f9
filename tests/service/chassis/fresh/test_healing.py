"""What compaction would keep is right, whatever a relay that was paused has published late."""

import asyncio
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from chassis import healing as healing_module
from chassis import mending
from chassis import relay as relay_module
from chassis import unit as unit_module
from chassis.database import Database, prepare_connection
from chassis.ids import new_id
from chassis.topics import ends
from chassis.unit import Cause, Unit
from support.ledger import SERVICE, Ledger, caller, in_background, producing, read_log, superuser
from support.waiting import eventually

ADA = caller()


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healing_module, "PAUSE", 0.05)


class Last(NamedTuple):
    version: int
    id: str
    type: str
    body: bytes | None


async def log_of(ledger: Ledger, account: UUID) -> list[Last]:
    """What the log has of an account, in its order."""
    found: list[Last] = []
    for record in await read_log(ledger.kafka, ledger.accounts_topic):
        if record.key == str(account).encode():
            headers = {name: value.decode() for name, value in record.headers}
            version, word = int(headers["ce_version"]), headers["ce_type"].rpartition(".")[2]
            found.append(Last(version, headers["ce_id"], word, record.value))
    return found


async def waiting(ledger: Ledger) -> list[Any]:
    """The outbox rows that a relay has read; it is paused before it sends them."""
    watching = await superuser(ledger.dsn)
    try:
        await prepare_connection(watching)
        return await watching.fetch(relay_module._BATCH, 500, 200)
    finally:
        await watching.close()


async def wake_late(ledger: Ledger, rows: list[Any]) -> None:
    """The paused relay goes on with what it has read."""
    async with producing(ledger.kafka) as producer:
        await relay_module._send(producer, rows)


async def compared(ledger: Ledger) -> None:
    """Wait until the whole log was compared and nothing waits."""
    watching = await superuser(ledger.dsn)

    async def done() -> bool:
        waits = await watching.fetchval("select count(*) from cairn.outbox")
        rows = await watching.fetch("select topic, partition, next from cairn.healing")
        log = await ends(ledger.kafka, [ledger.accounts_topic])
        at = {(row["topic"], row["partition"]): row["next"] for row in rows}
        return not waits and all(at.get(where, 0) == end for where, end in log.items() if end)

    try:
        await eventually(done)
    finally:
        await watching.close()


async def erase(ledger: Ledger, app: Database, account: UUID) -> None:
    async with app.tenant(ADA.organisation_id) as connection:
        cause = Cause(causation_id=new_id(), correlation_id=new_id(), actor="service:test")
        unit = Unit(connection, service=SERVICE, organisation_id=ADA.organisation_id, cause=cause)
        await ledger.accounts.erase_all(unit, [account])
        await unit.flush()


async def pay(ledger: Ledger, app: Database, account: UUID) -> None:
    await ledger.order(app, "pay", ADA, account_id=str(account), amount=1)


async def pay_often(ledger: Ledger, app: Database, account: UUID) -> None:
    for _ in range(20):
        await pay(ledger, app, account)


async def test_old_after_new_is_put_right_with_the_same_event(
    ledger: Ledger, app: Database, pipe: Database
) -> None:
    accounts = [await ledger.opened(app, ADA) for _ in range(20)]
    paused = await waiting(ledger)
    async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
        for account in accounts[:10]:
            await pay(ledger, app, account)
        await compared(ledger)
        await wake_late(ledger, paused)

        async def right() -> bool:
            logs = [await log_of(ledger, account) for account in accounts[:10]]
            return all(log[-1] == log[1] for log in logs)

        await eventually(right)
        await compared(ledger)
    for account in accounts[:10]:
        log = await log_of(ledger, account)
        assert [each.version for each in log] == [1, 2, 1, 2]
        assert log[2:] == log[:2]
    for account in accounts[10:]:
        assert [each.version for each in await log_of(ledger, account)] == [1, 1]


async def test_what_was_erased_stays_erased(ledger: Ledger, app: Database, pipe: Database) -> None:
    account = await ledger.opened(app, ADA)
    await pay(ledger, app, account)
    paused = await waiting(ledger)
    async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
        await erase(ledger, app, account)
        await compared(ledger)
        await wake_late(ledger, paused)

        async def right() -> bool:
            log = await log_of(ledger, account)
            return len(log) == 6 and log[-1] == log[2]

        await eventually(right)
    log = await log_of(ledger, account)
    assert [each.version for each in log] == [1, 2, 3, 1, 2, 3]
    assert log[-1].body is None
    assert log[-1].type == "erased"


async def test_nothing_is_published_where_all_is_right(
    ledger: Ledger, app: Database, pipe: Database
) -> None:
    accounts = [await ledger.opened(app, ADA) for _ in range(5)]
    async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
        await asyncio.gather(*(pay_often(ledger, app, account) for account in accounts))
        await compared(ledger)
    # A first comparison of a log that has long grown, in small parts
    watching = await superuser(ledger.dsn)
    await watching.execute("delete from cairn.healing")
    await watching.close()
    async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
        await compared(ledger)
    for account in accounts:
        assert [each.version for each in await log_of(ledger, account)] == list(range(1, 22))


async def test_what_waits_in_the_outbox_is_left_to_the_relay(
    ledger: Ledger, app: Database, pipe: Database
) -> None:
    account = await ledger.opened(app, ADA)
    await wake_late(ledger, await waiting(ledger))
    watching = await superuser(ledger.dsn)
    await watching.execute("delete from cairn.outbox")
    await pay(ledger, app, account)
    async with in_background(ledger.healer(app, pipe).run):  # no relay is there
        await eventually(lambda: watching.fetchval("select next > 0 from cairn.healing"))
        assert await watching.fetchval("select count(*) from cairn.outbox") == 1
    await watching.close()


async def test_two_that_heal_at_once_come_to_an_end(
    ledger: Ledger, app: Database, pipe: Database
) -> None:
    """Two that both believe they lead; and relays that take turns."""
    account = await ledger.opened(app, ADA)
    paused = await waiting(ledger)
    healers = [ledger.healer(app, pipe) for _ in range(2)]
    async with in_background(ledger.relay().run, *(healer.run for healer in healers)):
        await pay(ledger, app, account)
        for _ in range(3):
            await compared(ledger)
            await wake_late(ledger, paused)

            async def right() -> bool:
                return (await log_of(ledger, account))[-1].version == 2

            await eventually(right)
            await compared(ledger)
    log = await log_of(ledger, account)
    assert len({each.id for each in log}) == 2
    assert len(log) <= 2 + 3 * 3  # each time the late one, and once or twice the newest
    for _ in range(2):
        async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
            await pay(ledger, app, account)
            await compared(ledger)
    assert [each.version for each in (await log_of(ledger, account))[len(log) :]] == [3, 4]


async def test_a_stale_record_is_found_that_came_while_nobody_led(
    ledger: Ledger, app: Database, pipe: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so are many, whose newest lie far back, with little memory."""
    monkeypatch.setattr(healing_module, "MOST_SUSPECTS", 3)
    monkeypatch.setattr(healing_module, "RECORDS", 10)
    monkeypatch.setattr(mending, "WINDOW", 2)
    monkeypatch.setattr(mending, "AT_ONCE", 4)
    accounts = [await ledger.opened(app, ADA) for _ in range(30)]
    paused = await waiting(ledger)
    async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
        for account in accounts:
            await pay(ledger, app, account)
        await compared(ledger)
    await wake_late(ledger, paused)
    async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
        await compared(ledger)
    for account in accounts:
        assert [each.version for each in await log_of(ledger, account)] == [1, 2, 1, 2]


async def test_what_the_log_has_lost_is_restated(
    ledger: Ledger, app: Database, pipe: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: Any, **__: Any) -> dict[UUID, Any]:
        return {}

    monkeypatch.setattr(mending, "_look_back", lost)
    account, erased = await ledger.opened(app, ADA), await ledger.opened(app, ADA)
    paused = await waiting(ledger)
    async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
        await pay(ledger, app, account)
        await erase(ledger, app, erased)
        await compared(ledger)
        await wake_late(ledger, paused)

        async def right() -> bool:
            last = [(await log_of(ledger, each))[-1] for each in (account, erased)]
            return [(each.version, each.type) for each in last] == [(3, "restated"), (2, "erased")]

        await eventually(right)
        await compared(ledger)
    assert [each.version for each in await log_of(ledger, account)] == [1, 2, 1, 3]
    assert [each.version for each in await log_of(ledger, erased)] == [1, 2, 1, 2]
    assert (await log_of(ledger, account))[3].body == (await log_of(ledger, account))[1].body


@pytest.mark.parametrize(
    "places", ["update cairn.healing set next = 0", "delete from cairn.healing"]
)
async def test_a_glance_sees_an_old_database_wherever_the_log_is_newer(
    ledger: Ledger, app: Database, pipe: Database, monkeypatch: pytest.MonkeyPatch, places: str
) -> None:
    """Behind records that the database has, and where nobody has looked before."""
    monkeypatch.setattr(healing_module, "RECORDS", 1)
    account = await ledger.opened(app, ADA)
    async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
        await pay(ledger, app, account)
        await compared(ledger)
    watching = await superuser(ledger.dsn)
    await watching.execute(f"update accounts set version = 1; {places}")
    await ledger.healer(app, pipe).glance()
    reason = await watching.fetchval("select reason from cairn.standstill")
    await watching.close()
    assert f"{account} is at version 2 there and at 1 here" in (reason or "")


async def test_what_nobody_could_read_proves_nothing(
    ledger: Ledger, app: Database, pipe: Database
) -> None:
    """Only an event that is newer than the database means that the database is old."""
    account = await ledger.opened(app, ADA)
    async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
        await compared(ledger)
        [opened] = await log_of(ledger, account)
        watching = await superuser(ledger.dsn)
        reason = "select reason from cairn.standstill"
        for body in (b"{", opened.body):
            async with producing(ledger.kafka) as producer:
                state = ledger.accounts.read(opened.body or b"")
                envelope = ledger.event(state, ledger.change["PAID"], version=7)
                headers = [(name, text.encode()) for name, text in envelope.headers().items()]
                await producer.send_and_wait(
                    ledger.accounts_topic.name,
                    body,
                    key=str(account).encode(),
                    headers=headers,
                )
            if body == b"{":
                await compared(ledger)
                assert await watching.fetchval(reason) is None
        said = await eventually(lambda: watching.fetchval(reason))
        assert f"{account} is at version 7 there and at 1 here" in said
        await watching.close()


async def test_what_has_grown_too_large_keeps_no_other_from_being_put_right(
    ledger: Ledger, app: Database, pipe: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: Any, **__: Any) -> dict[UUID, Any]:
        return {}

    monkeypatch.setattr(mending, "_look_back", lost)
    large, small = [await ledger.opened(app, ADA, note=note) for note in ("x" * 2000, "")]
    paused = await waiting(ledger)
    async with in_background(ledger.relay(ledger.healer(app, pipe).run).run):
        for account in (large, small):
            await pay(ledger, app, account)
        await compared(ledger)
        monkeypatch.setattr(unit_module, "MAX_BODY", 1000)
        await wake_late(ledger, paused)

        async def right() -> bool:
            return [each.version for each in await log_of(ledger, small)] == [1, 2, 1, 3]

        await eventually(right)
    assert [each.version for each in await log_of(ledger, large)] == [1, 2, 1]
