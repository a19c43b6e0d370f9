"""Restating says every aggregate again: as state, which is news, and to which nobody reacts."""

import time
from uuid import UUID, uuid4

import pytest

from chassis import restating as restating_module
from chassis.database import Database
from chassis.restating import Restated, restate
from chassis.standstill import StandsStill
from support.ledger import SERVICE, Ledger, caller, in_background, read_log, superuser
from support.waiting import eventually


async def restated(
    ledger: Ledger, databases: tuple[Database, Database], organisation_id: UUID | None = None
) -> Restated:
    app, pipe = databases
    return await restate(
        ledger.accounts, service=SERVICE, app=app, pipe=pipe, organisation_id=organisation_id
    )


async def test_all_are_said_again_in_the_bulk_lane(
    ledger: Ledger, databases: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restating_module, "AT_ONCE", 7)
    app, pipe = databases
    ada, ben = caller(), caller()
    accounts = [await ledger.opened(app, who) for who in (ada, ben) for _ in range(10)]
    topic = ledger.accounts_topic.name
    assert await restated(ledger, databases) == Restated(
        topic=topic, organisations=2, aggregates=20, refused=[]
    )
    assert await restated(ledger, databases, ada.organisation_id) == Restated(
        topic=topic, organisations=1, aggregates=10, refused=[]
    )
    watching = await superuser(ledger.dsn)
    lanes = await watching.fetch("select lane, count(*) from cairn.outbox group by 1 order by 1")
    assert [tuple(row) for row in lanes] == [(0, 20), (1, 30)]
    consumer = await ledger.consumer(pipe)
    async with in_background(ledger.relay().run, consumer.run):
        await eventually(
            lambda: watching.fetchval("select sum(version) = 2 * 20 + 10 from account_copies")
        )
    assert await watching.fetchval("select count(*) from effects") == 0
    await watching.close()
    states: dict[bytes | None, set[bytes | None]] = {}
    for record in await read_log(ledger.kafka, ledger.accounts_topic):
        states.setdefault(record.key, set()).add(record.value)
    assert len(states) == len(accounts)
    assert all(len(each) == 1 for each in states.values())


async def test_one_that_is_too_large_is_named_and_the_rest_are_said(
    ledger: Ledger, databases: tuple[Database, Database]
) -> None:
    """As after a field was added, or a limit lowered."""
    app, _ = databases
    ada = caller()
    accounts = [await ledger.opened(app, ada) for _ in range(5)]
    watching = await superuser(ledger.dsn)
    await watching.execute(
        "update accounts set state = state || jsonb_build_object('note', repeat('x', 300000))"
        " where id = $1",
        accounts[2],
    )
    done = await restated(ledger, databases)
    assert (done.organisations, done.aggregates) == (1, 4)
    [sentence] = done.refused
    assert sentence.startswith(f"{ledger.accounts_topic.name} {accounts[2]} would be 300")
    versions = await watching.fetch("select version from accounts order by id = $1", accounts[2])
    assert [row["version"] for row in versions] == [2, 2, 2, 2, 1]
    await watching.close()


async def test_it_is_refused_while_the_service_stands_still(
    ledger: Ledger, databases: tuple[Database, Database]
) -> None:
    watching = await superuser(ledger.dsn)
    await watching.execute("insert into cairn.standstill (reason) values ('Run something.')")
    with pytest.raises(StandsStill, match="Run something"):
        await restated(ledger, databases)
    await watching.close()


@pytest.mark.long
async def test_a_hundred_thousand_take_a_minute_at_most(
    ledger: Ledger, databases: tuple[Database, Database]
) -> None:
    watching = await superuser(ledger.dsn)
    await watching.execute(
        """
        insert into accounts select $1, id, 1, jsonb_build_object(
            'id', id, 'organisation_id', $1::uuid, 'owner_id', id, 'note', repeat('x', 300))
        from (select gen_random_uuid() as id from generate_series(1, 100000)) as new
        """,
        uuid4(),
    )
    await watching.close()
    started = time.monotonic()
    done = await restated(ledger, databases)
    took = time.monotonic() - started
    print(f"restated {done.aggregates} in {took:.1f} s")
    assert done.aggregates == 100_000
    assert took < 60
