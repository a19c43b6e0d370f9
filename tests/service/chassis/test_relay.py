"""The relay loses nothing, keeps each key's order, and lets one event hold up no other."""

import asyncio
import random
from collections import defaultdict
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import MessageSizeTooLargeError
from prometheus_client import REGISTRY

from chassis import metrics
from chassis import relay as relay_module
from chassis.cluster import administering
from chassis.database import Database, enter_tenant
from chassis.outbox import Lane, Waiting, put
from chassis.relay import Relay
from support.ledger import Ledger, Topic, caller, in_background, read_log, superuser
from support.waiting import eventually


async def emptied(ledger: Ledger, topic: str | None = None) -> None:
    watching = await superuser(ledger.dsn)
    try:
        await eventually(
            lambda: watching.fetchval(
                "select not exists (select from cairn.outbox where parked is null"
                " and topic = coalesce($1, topic))",
                topic,
            ),
            within=40,
        )
    finally:
        await watching.close()


async def versions_in_log(ledger: Ledger) -> dict[str, list[int]]:
    """For each key, its versions in the order of their first appearance."""
    versions: dict[str, list[int]] = defaultdict(list)
    for record in await read_log(ledger.kafka, ledger.accounts_topic):
        key = (record.key or b"").decode()
        version = int(dict(record.headers)["ce_version"])
        if version not in versions[key]:
            versions[key].append(version)
    return versions


async def test_late_commits_are_neither_lost_nor_out_of_order(
    ledger: Ledger, app: Database
) -> None:
    ada = caller()
    accounts = [await ledger.opened(app, ada) for _ in range(5)]
    chance = random.Random(7)

    async def write(account: UUID) -> None:
        for _ in range(20):
            async with app.tenant(ada.organisation_id) as connection:
                version = await connection.fetchval(
                    "update accounts set version = version + 1 where id = $1 returning version",
                    account,
                )
                event = Waiting(
                    topic=ledger.accounts_topic.name,
                    key=account,
                    headers={"ce_version": str(version), "ce_id": str(uuid4())},
                    body=b"{}",
                )
                await put(connection, ada.organisation_id, [event], Lane.INTERACTIVE)
                await asyncio.sleep(chance.random() * 0.01)  # the commit comes late

    async with app.tenant(ada.organisation_id) as held_open:
        await held_open.execute("update accounts set version = 1 where id = $1", accounts[4])
        async with in_background(ledger.relay().run):
            await asyncio.gather(*(write(account) for account in accounts[:4] for _ in range(3)))
            await emptied(ledger)  # an open transaction does not hold the others up
    versions = await versions_in_log(ledger)
    for account in accounts[:4]:
        assert versions[str(account)] == list(range(1, 62))


async def test_one_relay_leads_and_the_next_follows_when_its_lock_is_lost(
    ledger: Ledger, app: Database
) -> None:
    ada = caller()
    account = await ledger.opened(app, ada)
    watching = await superuser(ledger.dsn)
    first, second = ledger.relay(), ledger.relay()
    async with in_background(first.run, second.run):
        for round_ in range(4):
            for _ in range(25):
                await ledger.order(app, "pay", ada, account_id=str(account), amount=1)
            first.wake()
            leaders = await eventually(
                lambda: watching.fetch(
                    "select pid from pg_locks where locktype = 'advisory' and granted"
                    " and database = (select oid from pg_database where datname = 'ledger')"
                )
            )
            assert len(leaders) == 1
            if round_ < 3:
                await watching.execute("select pg_terminate_backend($1)", leaders[0]["pid"])
        await emptied(ledger)
    await watching.close()
    versions = await versions_in_log(ledger)
    assert versions[str(account)] == list(range(1, 102))


async def test_a_relay_in_another_instance_is_woken(
    ledger: Ledger, app: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the poll out of reach, only the NOTIFY of the instance that stands by can do it."""
    leader, other = ledger.relay(), ledger.relay()
    async with in_background(leader.run):
        await ledger.opened(app, caller())
        await emptied(ledger)
        monkeypatch.setattr(relay_module, "POLL", 3600)
        await ledger.opened(app, caller())
        leader.wake()
        await emptied(ledger)  # from now on it waits for an hour, or for the bell
        async with in_background(other.run):
            await ledger.opened(app, caller())
            other.wake()
            await emptied(ledger)


async def test_an_aggregate_with_bulk_events_stays_in_the_bulk_lane(
    ledger: Ledger, app: Database
) -> None:
    ada = caller()
    account = await ledger.opened(app, ada)
    await ledger.order(app, "pay-in-bulk", ada, account_id=str(account), amount=1)
    await ledger.order(app, "pay", ada, account_id=str(account), amount=1)
    other = await ledger.opened(app, ada)
    watching = await superuser(ledger.dsn)
    lanes = "select array_agg(lane order by position) from cairn.outbox where key = $1"
    assert await watching.fetchval(lanes, account) == [0, 1, 1]
    assert await watching.fetchval(lanes, other) == [0]
    await watching.close()
    async with in_background(ledger.relay().run):
        await emptied(ledger)
    assert (await versions_in_log(ledger))[str(account)] == [1, 2, 3]


async def test_a_key_in_both_lanes_keeps_its_order_whichever_relay_leads(
    ledger: Ledger, app: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches so small that lanes meet in every way, and relays that lose their lock."""
    monkeypatch.setattr(relay_module, "INTERACTIVE_BATCH", 3)
    monkeypatch.setattr(relay_module, "BULK_BATCH", 2)
    chance = random.Random(11)
    ada = caller()
    accounts = [await ledger.opened(app, ada) for _ in range(4)]

    async def write() -> None:
        for _ in range(40):
            name = chance.choice(("pay", "pay", "pay-in-bulk"))
            account = str(chance.choice(accounts))
            await ledger.order(app, name, ada, account_id=account, amount=1)

    watching = await superuser(ledger.dsn)
    async with in_background(ledger.relay().run, ledger.relay().run):
        writing = asyncio.gather(*(write() for _ in range(4)))
        while not writing.done():
            await asyncio.sleep(0.3)
            await watching.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where usename = 'ledger_pipe'"
            )
        await writing
        await emptied(ledger)
    await watching.close()
    versions = await versions_in_log(ledger)
    seen = [versions[str(account)] for account in accounts]
    assert seen == [list(range(1, len(each) + 1)) for each in seen]
    assert sum(map(len, seen)) == 4 + 4 * 40


async def test_interactive_events_pass_those_of_an_import(
    ledger: Ledger, app: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "BULK_BATCH", 100)
    ada = caller()
    for _ in range(2 * relay_module.BULK_BATCH):
        await ledger.order(app, "open-in-bulk", ada, owner_id=str(uuid4()))
    tap = await ledger.opened(app, ada)
    watching = await superuser(ledger.dsn)
    async with in_background(ledger.relay().run):
        await eventually(
            lambda: watching.fetchval(
                "select not exists (select from cairn.outbox where key = $1)", tap
            )
        )
        await emptied(ledger)
    await watching.close()
    records = await read_log(ledger.kafka, ledger.accounts_topic)
    [tapped] = [record for record in records if record.key == str(tap).encode()]
    later = [record for record in records if record.timestamp > tapped.timestamp]
    assert len(later) >= relay_module.BULK_BATCH // 2


async def test_an_import_goes_out_at_its_rate_and_holds_up_nobody(
    ledger: Ledger, app: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So slow a rate that the second portion is not due while the test lasts."""
    monkeypatch.setattr(relay_module, "BULK_BATCH", 2)
    monkeypatch.setattr(relay_module, "BULK_RATE", 2 / 3600)
    ada = caller()
    for _ in range(5):
        await ledger.order(app, "open-in-bulk", ada, owner_id=str(uuid4()))
    watching = await superuser(ledger.dsn)
    left = "select array_agg(lane order by position) from cairn.outbox"
    relay = ledger.relay()
    async with in_background(relay.run):
        await eventually(lambda: watching.fetchval("select count(*) = 3 from cairn.outbox"))
        for _ in range(3):
            tap = await ledger.opened(app, ada)
            relay.wake()
            await eventually(
                lambda tap=tap: watching.fetchval(
                    "select not exists (select from cairn.outbox where key = $1)", tap
                )
            )
            assert await watching.fetchval(left) == [1, 1, 1]
    monkeypatch.undo()
    async with in_background(ledger.relay().run):
        await emptied(ledger)
    await watching.close()


async def test_an_event_that_kafka_refuses_is_parked_with_the_later_ones_of_its_key(
    ledger: Ledger, app: Database
) -> None:
    ada = caller()
    account, other = await ledger.opened(app, ada), await ledger.opened(app, ada)
    async with app.tenant(ada.organisation_id) as connection:
        await put(
            connection,
            ada.organisation_id,
            [
                Waiting(
                    topic=ledger.accounts_topic.name,
                    key=account,
                    headers={"ce_version": "2", "ce_id": str(uuid4())},
                    body=random.Random(1).randbytes(2 * 1024 * 1024),
                )
            ],
            Lane.INTERACTIVE,
        )
    await ledger.order(app, "pay", ada, account_id=str(account), amount=1)
    await ledger.order(app, "pay", ada, account_id=str(other), amount=1)
    watching = await superuser(ledger.dsn)
    async with in_background(ledger.relay().run):
        await eventually(
            lambda: watching.fetchval(
                "select not exists (select from cairn.outbox where key <> $1)", account
            )
        )
        await eventually(
            lambda: watching.fetchval("select parked from cairn.outbox where parked is not null")
        )
    left = await watching.fetch(
        "select parked from cairn.outbox where key = $1 order by position", account
    )
    await watching.close()
    assert [row["parked"] for row in left] == ["MessageSizeTooLargeError", None]
    assert (await versions_in_log(ledger))[str(other)] == [1, 2]
    assert (await versions_in_log(ledger))[str(account)] == [1]


async def test_what_a_broker_refuses_takes_no_other_event_with_it(
    ledger: Ledger, app: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker with a lower limit than ours refuses whole batches: they wait until it is raised."""
    topic = Topic(f"narrow{uuid4().hex[:8]}.thing", partitions=1)
    large, small = uuid4(), uuid4()
    events = [
        Waiting(
            topic=topic.name,
            key=key,
            headers={"ce_version": version, "ce_id": str(uuid4())},
            body=random.Random(1).randbytes(size),
        )
        for key, version, size in ((small, "1", 9), (large, "1", 6000), (small, "2", 9))
    ]
    refused = asyncio.Event()
    send = relay_module._send

    async def note_refusal(producer: AIOKafkaProducer, rows: Any) -> Any:
        try:
            return await send(producer, rows)
        except MessageSizeTooLargeError:
            refused.set()
            raise

    monkeypatch.setattr(relay_module, "_send", note_refusal)
    ada = caller()
    async with app.tenant(ada.organisation_id) as connection:
        await put(connection, ada.organisation_id, events, Lane.INTERACTIVE)
    async with administering(ledger.kafka) as admin:
        limit = {"max.message.bytes": "4000"}
        await admin.create_topics([NewTopic(topic.name, 1, 1, topic_configs=limit)])
        async with in_background(ledger.relay().run):
            await asyncio.wait_for(refused.wait(), 20)
            higher = {"max.message.bytes": "100000"}
            await admin.alter_configs(
                [ConfigResource(ConfigResourceType.TOPIC, topic.name, higher)]
            )
            await emptied(ledger, topic.name)
    log = await read_log(ledger.kafka, topic)
    assert [(record.key, dict(record.headers)["ce_version"]) for record in log] == [
        (str(event.key).encode(), event.headers["ce_version"].encode()) for event in events
    ]


async def test_a_backlog_in_one_lane_does_not_slow_the_other(ledger: Ledger) -> None:
    """Whatever PostgreSQL believes of the table, it looks at few rows more than it publishes."""
    fill = """
        insert into cairn.outbox (organisation_id, lane, topic, key, headers, body)
        select gen_random_uuid(), $1, 'a.topic', gen_random_uuid(), '{}', 'body'
        from generate_series(1, $2)
    """
    believed = "update pg_class set reltuples={}, relpages={} where oid = 'cairn.outbox'::regclass"
    watching = await superuser(ledger.dsn)
    for name, value in relay_module.SESSION.items():
        await watching.execute("select set_config($1, $2, false)", name, value)
    undo = watching.transaction()
    await undo.start()
    try:
        for lane, rows in ((1, 20_000), (0, 5), (0, 20_000)):
            await watching.execute(fill, lane, rows)
            for learning in (
                *(believed.format(*sizes) for sizes in product((0, 1, 100, 1e6), (0, 1, 500))),
                "analyze cairn.outbox",
            ):
                await watching.execute(learning)
                for asked in (relay_module._BATCH, relay_module._STATE):
                    sql = asked.replace("$1", "500").replace("$2", "200")
                    plan = await watching.fetchval(f"explain (analyze, format json) {sql}")
                    assert most_rows(msgspec.json.decode(plan or "")[0]["Plan"]) <= 10_000, learning
    finally:
        await undo.rollback()
        await watching.close()


async def test_a_command_does_not_look_through_a_backlog(ledger: Ledger, app: Database) -> None:
    """Whether its event must wait behind another of its key is asked of an index, for each."""
    organisation_id = caller().organisation_id
    events = [Waiting(topic="a.topic", key=uuid4(), headers={}, body=b"") for _ in range(300)]
    async with app.connection() as connection:
        undo = connection.transaction()
        await undo.start()
        try:
            await enter_tenant(connection, organisation_id)
            await connection.execute(
                """
                insert into cairn.outbox (organisation_id, lane, topic, key, headers, body)
                select $1, 1, 'a.topic', gen_random_uuid(), '{}', 'body'
                from generate_series(1, 20000)
                """,
                organisation_id,
            )
            read = "select pg_stat_get_xact_tuples_returned('cairn.outbox'::regclass)"
            before = await connection.fetchval(read)
            await put(connection, organisation_id, events, Lane.INTERACTIVE)
            assert await connection.fetchval(read) == before
        finally:
            await undo.rollback()


def most_rows(node: dict[str, Any]) -> float:
    """The most rows that any part of a plan has looked at."""
    looked_at = node["Actual Rows"] + sum(
        value for name, value in node.items() if name.startswith("Rows Removed by")
    )
    return max(looked_at * node["Actual Loops"], *map(most_rows, node.get("Plans", ())), 0)


async def test_what_waits_is_told_while_kafka_is_away(ledger: Ledger, app: Database) -> None:
    await ledger.opened(app, caller())
    lane = {"lane": "interactive"}
    metrics.OUTBOX_DEPTH.labels(**lane).set(0)
    metrics.OUTBOX_AGE.labels(**lane).set(0)

    def told(name: str) -> float:
        return REGISTRY.get_sample_value(name, lane) or 0

    nowhere = Relay(dsn=ledger.dsn.pipe, kafka="127.0.0.1:1", service="ledger")
    async with in_background(nowhere.run):
        await eventually(lambda: told("cairn_outbox_depth") and told("cairn_outbox_age_seconds"))
