"""Replaying what is parked: in effect once, all or nothing, and never too late."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from chassis.database import Database, enter_tenant, leave_tenant
from chassis.events import Event, read_event
from chassis.hearing import Hearing
from chassis.parking import park
from chassis.preparation import births
from chassis.replaying import Replayed, replay, waiting
from chassis.standstill import StandsStill
from support.harness import Heard
from support.ledger import SERVICE, Account, Ledger, Owner, superuser

OWNER = Owner(id=uuid4(), organisation_id=uuid4(), name="Ada")
REACTION = "note_payment"


@pytest.fixture
async def watching(ledger: Ledger) -> AsyncGenerator[asyncpg.Connection]:
    connection = await superuser(ledger.dsn)
    await connection.execute("truncate cairn.dead_letters, cairn.waiting, effects")
    await connection.execute(
        "insert into owner_copies values ($1, $2, 1, $3) on conflict do nothing",
        OWNER.organisation_id,
        OWNER.id,
        msgspec.json.encode(OWNER).decode(),
    )
    yield connection
    await connection.close()
    ledger.paid_hook = None


class Desk:
    """Where records are parked and replayed."""

    def __init__(self, ledger: Ledger, pipe: Database, watching: asyncpg.Connection) -> None:
        self.ledger = ledger
        self.pipe = pipe
        self.watching = watching
        self.offset = 1000  # past every birth

    def record(self, account: Account, version: int = 1, change: str = "PAID") -> Heard:
        envelope = self.ledger.event(account, self.ledger.change[change], version)
        self.offset += 1
        return Heard(
            topic=self.ledger.accounts_topic.name,
            key=str(account.id).encode(),
            value=msgspec.json.encode(account),
            headers=[(name, value.encode()) for name, value in envelope.headers().items()],
            offset=self.offset,
        )

    async def parked(self, record: Heard, reaction: str = "") -> int:
        """Its id among the dead letters."""
        async with self.pipe.transaction() as connection:
            await park(connection, record, "handling it raised X", attempts=4)
        last: int | None = await self.watching.fetchval("select max(id) from cairn.dead_letters")
        assert last is not None
        await self.watching.execute(
            "update cairn.dead_letters set reaction = $2 where id = $1", last, reaction
        )
        return last

    async def hearing(self) -> Hearing:
        subscription = self.ledger.hears.by_topic[self.ledger.accounts_topic.name]
        return Hearing(subscription, service=SERVICE, births=await births(self.pipe, subscription))

    async def hear(self, record: Heard) -> None:
        hearing = await self.hearing()
        async with self.pipe.transaction() as connection:
            await hearing.apply(connection, [read_event(record, hearing.decode)])

    async def replay(self, *ids: int, force: bool = False) -> list[Replayed]:
        handlers = {self.ledger.accounts_topic.name: await self.hearing()}
        return await replay(self.pipe, handlers, ids, force=force)

    async def effects(self, account: Account) -> list[int]:
        rows = await self.watching.fetch(
            "select version from effects where account_id = $1 order by version", account.id
        )
        return [row["version"] for row in rows]

    async def copy(self, account: Account) -> int | None:
        return await self.watching.fetchval(
            "select version from account_copies where id = $1", account.id
        )

    async def left(self) -> list[tuple[int, int, str]]:
        rows = await self.watching.fetch("select id, attempts, reason from cairn.dead_letters")
        return [tuple(row) for row in rows]


@pytest.fixture
def desk(ledger: Ledger, pipe: Database, watching: asyncpg.Connection) -> Desk:
    return Desk(ledger, pipe, watching)


def account(**changes: Any) -> Account:
    usual: dict[str, Any] = {
        "id": uuid4(),
        "organisation_id": OWNER.organisation_id,
        "owner_id": OWNER.id,
    }
    return Account(**usual | changes)


async def test_a_record_is_kept_and_reacted_to(desk: Desk) -> None:
    first = account()
    letter = await desk.parked(desk.record(first))
    assert await desk.replay(letter) == [Replayed(id=letter, outcome="done")]
    assert (await desk.copy(first), await desk.effects(first)) == (1, [1])
    assert await desk.left() == []
    assert [each.outcome for each in await desk.replay(letter)] == ["unknown"]
    assert await desk.effects(first) == [1]


async def test_nothing_is_replayed_while_the_service_stands_still(desk: Desk) -> None:
    """What reactions write would be a second version of what the log has."""
    first = account()
    letter = await desk.parked(desk.record(first))
    await desk.watching.execute("insert into cairn.standstill (reason) values ('Run something.')")
    try:
        with pytest.raises(StandsStill, match="Run something"):
            await desk.replay(letter)
    finally:
        await desk.watching.execute("delete from cairn.standstill")
    assert (await desk.copy(first), await desk.effects(first)) == (None, [])
    assert len(await desk.left()) == 1


async def test_only_the_named_reaction_takes_place(desk: Desk) -> None:
    paid = account()
    letter = await desk.parked(desk.record(paid), REACTION)
    assert [each.outcome for each in await desk.replay(letter)] == ["done"]
    assert (await desk.copy(paid), await desk.effects(paid)) == (None, [1])


async def test_what_took_place_does_not_take_place_again(desk: Desk) -> None:
    paid = account()
    record = desk.record(paid)
    await desk.hear(record)
    letters = [await desk.parked(record, REACTION), await desk.parked(record)]
    found = await desk.replay(*letters, force=True)
    assert [each.outcome for each in found] == ["done", "done"]
    assert await desk.effects(paid) == [1]


@pytest.mark.parametrize("reaction", ["", REACTION])
async def test_what_is_not_newest_any_more_stays_unless_forced(desk: Desk, reaction: str) -> None:
    paid = account()
    letter = await desk.parked(desk.record(paid, 1), reaction)
    await desk.hear(desk.record(paid, 2, "OPENED"))
    [stays] = await desk.replay(letter)
    assert stays == Replayed(
        id=letter, outcome="superseded", reason="version 2 of its subject is known already"
    )
    assert [left[:2] for left in await desk.left()] == [(letter, 4)]
    assert await desk.effects(paid) == []
    assert [each.outcome for each in await desk.replay(letter, force=True)] == ["done"]
    assert (await desk.copy(paid), await desk.effects(paid)) == (2, [1])


async def test_a_whole_record_that_its_reactions_have_gone_past_misses_nothing(desk: Desk) -> None:
    paid = account()
    letter = await desk.parked(desk.record(paid, 1))
    await desk.hear(desk.record(paid, 2))
    assert [each.outcome for each in await desk.replay(letter)] == ["done"]
    assert (await desk.copy(paid), await desk.effects(paid)) == (2, [2])


async def test_a_reaction_that_has_gone_past_it_acts_when_forced_only(desk: Desk) -> None:
    paid = account()
    letter = await desk.parked(desk.record(paid, 1), REACTION)
    await desk.hear(desk.record(paid, 2))
    assert [each.outcome for each in await desk.replay(letter)] == ["superseded"]
    assert [each.outcome for each in await desk.replay(letter, force=True)] == ["done"]
    assert await desk.effects(paid) == [1, 2]


async def test_what_fails_again_changes_nothing_and_stays(ledger: Ledger, desk: Desk) -> None:
    async def fail(_: Event[Account]) -> None:
        raise ZeroDivisionError

    ledger.paid_hook = fail
    paid = account()
    letter = await desk.parked(desk.record(paid))
    [failed] = await desk.replay(letter)
    assert failed.outcome == "failed"
    assert await desk.left() == [(letter, 5, "handling it raised ZeroDivisionError")]
    assert await desk.copy(paid) is None


async def test_what_cannot_be_read_stays(desk: Desk) -> None:
    record = desk.record(account())
    unread = Heard(record.topic, record.key, b"{", record.headers, offset=record.offset)
    letter = await desk.parked(unread)
    [failed] = await desk.replay(letter)
    assert failed.reason == "the body is not JSON in UTF-8"
    assert [left[:2] for left in await desk.left()] == [(letter, 5)]


async def test_what_was_erased_does_not_return_whoever_forces_it(desk: Desk) -> None:
    paid = account()
    letters = [await desk.parked(desk.record(paid)), await desk.parked(desk.record(paid), REACTION)]
    grave = desk.record(paid, 9)
    await desk.hear(Heard(grave.topic, grave.key, None, grave.headers, offset=grave.offset))
    found = await desk.replay(*letters, force=True)
    assert [each.outcome for each in found] == ["erased", "erased"]
    assert (await desk.copy(paid), await desk.effects(paid), await desk.left()) == (None, [], [])


async def test_what_needs_something_that_has_not_arrived_waits_for_it(
    desk: Desk, watching: asyncpg.Connection
) -> None:
    paid = account(owner_id=uuid4())
    letter = await desk.parked(desk.record(paid), REACTION)
    assert [each.outcome for each in await desk.replay(letter)] == ["done"]
    waits_for = await watching.fetchval("select awaited_subject from cairn.waiting")
    assert waits_for == paid.owner_id


async def test_all_are_replayed_in_the_order_of_the_log(desk: Desk) -> None:
    records = [desk.record(account()) for _ in range(3)]
    letters = [await desk.parked(record) for record in reversed(records)]
    assert await waiting(desk.pipe) == letters[::-1]


async def test_of_a_log_that_is_gone_the_time_tells_whether_a_reaction_was_born(
    desk: Desk, watching: asyncpg.Connection
) -> None:
    """The offset that it has now says nothing."""
    before, after = account(), account()
    letters = {each.id: await desk.parked(desk.record(each)) for each in (before, after)}
    await watching.execute('update cairn.dead_letters set "offset" = "offset" - 9000')
    born = "update cairn.births set born_at = now() + make_interval(hours => $1)"
    for each, hours in ((before, 1), (after, -1)):
        await watching.execute(born, hours)
        assert [done.outcome for done in await desk.replay(letters[each.id])] == ["done"]
    assert [await desk.copy(each) for each in (before, after)] == [1, 1]
    assert [await desk.effects(each) for each in (before, after)] == [[], [1]]


async def test_another_tenant_is_out_of_reach(desk: Desk) -> None:
    """The record says whose it is, and its handler is of that tenant alone."""
    elsewhere = account(organisation_id=uuid4())
    letter = await desk.parked(desk.record(elsewhere), REACTION)
    assert [each.outcome for each in await desk.replay(letter)] == ["done"]
    assert await desk.effects(elsewhere) == []  # its owner is not in that tenant: it waits
    async with desk.pipe.transaction() as connection:
        await enter_tenant(connection, OWNER.organisation_id, role=f"{SERVICE}_app")
        assert not await connection.fetchval(
            "select count(*) from cairn.waiting where subject = $1", elsewhere.id
        )
        await leave_tenant(connection)
