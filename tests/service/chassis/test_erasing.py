"""Erasing: an aggregate goes with a tombstone, and nothing of a person stays or comes back."""

import asyncio
from uuid import UUID, uuid4

import msgspec
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis.database import Database
from chassis.erasing import forget_person
from chassis.identity import Caller
from chassis.parking import park, tell
from chassis.refusals import NotAllowed
from chassis.unit import Cause, Unit
from chassis.waiting import WaitingRoom
from support.harness import Heard, erased, happened
from support.ledger import SERVICE, Ledger, Owner, caller, in_background, producing, superuser
from support.waiting import eventually

pytestmark = pytest.mark.platform


def unit_of(ledger: Ledger, connection: object, organisation_id: UUID) -> Unit:
    cause = Cause(causation_id=uuid4(), correlation_id=uuid4(), actor="service:ledger")
    return Unit(
        connection,  # pyright: ignore[reportArgumentType]
        service=SERVICE,
        organisation_id=organisation_id,
        cause=cause,
    )


async def erase(ledger: Ledger, app: Database, who: Caller, account: UUID) -> dict[UUID, int]:
    async with app.tenant(who.organisation_id) as connection:
        unit = unit_of(ledger, connection, who.organisation_id)
        versions = await ledger.accounts.erase_all(unit, [account, uuid4()])
        await unit.flush()
    return versions


async def forget(ledger: Ledger, app: Database, who: Caller) -> None:
    assert who.person_id is not None
    async with app.tenant(who.organisation_id) as connection:
        unit = unit_of(ledger, connection, who.organisation_id)
        await forget_person(unit, ledger.owners_topic.name, who.person_id, 2)
        await unit.flush()


async def test_what_is_erased_leaves_a_tombstone_behind_what_still_waits(
    ledger: Ledger, app: Database
) -> None:
    ada = caller()
    account = await ledger.opened(app, ada)
    watching = await superuser(ledger.dsn)
    await watching.execute(
        "insert into cairn.outbox (organisation_id, lane, topic, key, headers, body, parked)"
        " values ($1, 0, $2, $3, '{}', 'refused', 'TooLarge')",
        ada.organisation_id,
        ledger.accounts_topic.name,
        account,
    )

    assert await erase(ledger, app, ada, account) == {account: 2}

    rows = await watching.fetch(
        "select headers ->> 'ce_type' as type, headers ->> 'ce_version' as version, body"
        " from cairn.outbox where key = $1 order by position",
        account,
    )
    grave = "select version from cairn.graves where subject = $1"
    left = "select count(*) from accounts where id = $1"
    assert [row["type"].rpartition(".")[2] for row in rows] == ["opened", "erased"]
    assert (rows[1]["version"], rows[1]["body"]) == ("2", None)
    assert await watching.fetchval(grave, account) == 2
    assert await watching.fetchval(left, account) == 0
    assert await erase(ledger, app, ada, account) == {}
    await watching.close()


async def test_a_reaction_that_waits_for_what_is_erased_is_settled(
    ledger: Ledger, app: Database, pipe: Database
) -> None:
    ada, owner_id = caller(), uuid4()
    relay = ledger.relay()
    accounts = await ledger.consumer(pipe)
    owners = await ledger.consumer(pipe, ledger.owners_topic)
    room = WaitingRoom(ledger.hears, service=SERVICE, database=pipe)
    watching = await superuser(ledger.dsn)
    waits = "select count(*) = $2 from cairn.waiting where organisation_id = $1"
    async with in_background(relay.run, accounts.run, owners.run, room.run):
        account = await ledger.opened(app, ada, owner_id=str(owner_id))
        await ledger.order(app, "pay", ada, account_id=str(account), amount=5)
        relay.wake()
        await eventually(lambda: watching.fetchval(waits, ada.organisation_id, 1))
        tombstone = erased(ledger.owners_topic.name, owner_id, ada.organisation_id, 1)
        async with producing(ledger.kafka) as producer:
            await producer.send_and_wait(
                tombstone.topic, None, key=tombstone.key, headers=tombstone.headers
            )
        await eventually(lambda: watching.fetchval(waits, ada.organisation_id, 0))

        # And one that comes to need it later does not begin to wait.
        await ledger.order(app, "pay", ada, account_id=str(account), amount=5)
        relay.wake()
        seen = "select true from account_copies where id = $1 and version = 3"
        await eventually(lambda: watching.fetchval(seen, account))
        assert await watching.fetchval(waits, ada.organisation_id, 0)
    effects = "select count(*) from effects where account_id = $1"
    assert await watching.fetchval(effects, account) == 0
    await watching.close()


async def test_a_person_who_was_erased_can_do_nothing_and_leaves_no_answers(
    ledger: Ledger, app: Database
) -> None:
    ada = msgspec.structs.replace(caller(), person_id=uuid4())
    other = msgspec.structs.replace(
        caller(), organisation_id=ada.organisation_id, person_id=uuid4()
    )
    await ledger.opened(app, ada)
    await ledger.opened(app, other)

    await forget(ledger, app, ada)

    with pytest.raises(NotAllowed):
        await ledger.order(app, "open", ada, owner_id=str(uuid4()))
    await ledger.opened(app, other)
    watching = await superuser(ledger.dsn)
    answers = "select person_id from cairn.answers where organisation_id = $1"
    rows = await watching.fetch(answers, ada.organisation_id)
    assert [row["person_id"] for row in rows] == [other.person_id] * 2
    await watching.close()


async def test_a_command_that_runs_is_waited_for(ledger: Ledger, app: Database) -> None:
    """What it writes is there when the erasing looks; or else it would stay."""
    ada = msgspec.structs.replace(caller(), person_id=uuid4())
    account = await ledger.opened(app, ada)
    async with app.tenant(ada.organisation_id) as connection:
        await ledger.accounts.locked(unit_of(ledger, connection, ada.organisation_id), account)
        paying = asyncio.create_task(
            ledger.order(app, "pay", ada, account_id=str(account), amount=5)
        )
        watching = await superuser(ledger.dsn)
        held = "select count(*) > 0 from pg_locks where locktype = 'transactionid' and not granted"
        await eventually(lambda: watching.fetchval(held))
        forgetting = asyncio.create_task(forget(ledger, app, ada))
        waits = "select count(*) > 0 from pg_locks where locktype = 'advisory' and not granted"
        await eventually(lambda: watching.fetchval(waits))
        assert not forgetting.done()
    assert (await paying).answer.status == 200
    await forgetting
    answers = "select count(*) from cairn.answers where organisation_id = $1"
    assert await watching.fetchval(answers, ada.organisation_id) == 0
    await watching.close()


async def test_nothing_that_names_who_was_erased_stays_or_gets_parked(
    ledger: Ledger, app: Database
) -> None:
    ada = msgspec.structs.replace(caller(), person_id=uuid4())
    watching = await superuser(ledger.dsn)
    insert = """
        insert into cairn.dead_letters (topic, partition, "offset", organisation_id, headers, body,
            reason, attempts)
        values ($1, 0, $2, $3, '[]', $4, 'tested', 1)
    """
    named, unnamed = f'{{"by": "{ada.person_id}"}}'.encode(), b'{"by": "\xff nobody"}'
    await watching.execute(insert, "a.b", 1, ada.organisation_id, named)
    await watching.execute(insert, "a.b", 2, None, named)
    await watching.execute(insert, "a.b", 3, ada.organisation_id, unnamed)
    await watching.execute(insert, "a.b", 4, uuid4(), named)

    await forget(ledger, app, ada)
    await watching.execute(insert, "a.b", 5, ada.organisation_id, named)
    await watching.execute(insert, "a.b", 6, ada.organisation_id, unnamed)
    await watching.execute(insert, "a.erasure", 7, ada.organisation_id, named)
    await watching.execute(insert, "a.b", 8, None, named)
    await watching.execute(insert, "a.b", 9, None, unnamed)

    left = await watching.fetch('select "offset" from cairn.dead_letters order by 1')
    assert [row["offset"] for row in left] == [3, 4, 6, 7, 9]  # 4 is another organisation's
    await watching.close()


async def test_what_names_who_was_erased_is_dropped_with_a_count_and_a_line(
    ledger: Ledger, app: Database, pipe: Database
) -> None:
    ada = msgspec.structs.replace(caller(), person_id=uuid4())
    await forget(ledger, app, ada)
    owner = Owner(id=uuid4(), organisation_id=ada.organisation_id, name=f"of {ada.person_id}")
    named, before = happened(ledger.owner_change["NAMED"], owner), dropped(ledger)
    other = Heard(named.topic, named.key, b"{}", named.headers, offset=1)
    with capture_logs() as told:
        async with pipe.transaction() as connection:
            parked = await park(connection, named, "tested", attempts=1)
            parked += await park(connection, other, "tested", attempts=1)
            parked += await park(connection, other, "tested", attempts=1)
        tell(parked)
    assert [(each["log_level"], each["offset"]) for each in told] == [("warning", 0), ("error", 1)]
    assert str(ada.person_id) not in str(told)
    assert dropped(ledger) - before == 1


def dropped(ledger: Ledger) -> float:
    topic = {"topic": ledger.owners_topic.name}
    return REGISTRY.get_sample_value("cairn_dropped_total", topic) or 0.0
