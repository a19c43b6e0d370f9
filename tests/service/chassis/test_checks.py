"""What a process finds when it looks at itself: nothing on a healthy one, else each defect."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from pydantic import SecretStr

from chassis.checks import check
from chassis.checks.findings import Checked, Finding
from chassis.database import Database
from chassis.settings import Settings
from support.ledger import MIGRATIONS, SERVICE, Ledger, in_background, superuser
from support.waiting import eventually

KEY = "k" * 40


@pytest.fixture(scope="module")
async def watching(ledger: Ledger) -> AsyncGenerator[asyncpg.Connection]:
    connection = await superuser(ledger.dsn)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def hearing(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection
) -> AsyncGenerator[None]:
    """A consumer of each topic, which has found its place."""
    topics = (ledger.accounts_topic, ledger.owners_topic)
    consumers = [await ledger.consumer(pipe, topic) for topic in topics]
    async with in_background(*(consumer.run for consumer in consumers)):

        async def in_place() -> bool:
            places = await watching.fetchval(
                "select count(*) from cairn.positions where topic_id is not null"
            )
            return places == 6

        await eventually(in_place, within=30)
        yield


@pytest.fixture
async def leading(ledger: Ledger, watching: asyncpg.Connection) -> AsyncGenerator[None]:
    """A relay that leads."""
    async with in_background(ledger.relay().run):

        async def leads() -> bool:
            held = "select true from pg_locks where locktype = 'advisory' and granted"
            return bool(await watching.fetchval(held))

        await eventually(leads)
        yield


def checked(ledger: Ledger, **settings: Any) -> Checked:
    usual: dict[str, Any] = {
        "database_app": SecretStr(ledger.dsn.app),
        "database_pipe": SecretStr(ledger.dsn.pipe),
        "database_owner": SecretStr(ledger.dsn.owner),
        "kafka": ledger.kafka,
        "command_key": SecretStr(KEY),
        "port": 1,
    }
    return Checked(
        service=SERVICE,
        settings=Settings(**usual | settings),
        migrations=MIGRATIONS,
        publishes=[ledger.accounts_topic],
        hears=[ledger.accounts_topic, ledger.owners_topic],
        subscriptions=ledger.hears,
    )


async def wrong(ledger: Ledger, **settings: Any) -> list[str]:
    """What is wrong, in its own words, none of which is a secret."""
    found = await check(checked(ledger, **settings))
    said = msgspec.json.encode(found).decode()
    for dsn in (ledger.dsn.app, ledger.dsn.pipe, ledger.dsn.owner):
        assert dsn.partition("@")[0].rpartition(":")[2] not in said
    assert KEY not in said
    assert all(each.remedy or "stands still" in each.what for each in found if each.level != "ok")
    return [each.what for each in found if each.level != "ok"]


async def test_a_healthy_one_has_nothing(ledger: Ledger, hearing: None, leading: None) -> None:
    found = await check(checked(ledger))
    assert [each for each in found if each.level != "ok"] == []
    assert len(found) == 5


KEEP = "create table kept as select * from {0}; "
PUT_BACK = "truncate {0}; insert into {0} select * from kept; drop table kept"

PLANTED = {
    "lacks ledger_0001_pre_accounts": (
        KEEP.format("_pogo_migration")
        + "delete from _pogo_migration where migration_id like 'ledger%'",
        PUT_BACK.format("_pogo_migration"),
    ),
    "has ledger_0099_pre_more, which this version does not know": (
        "insert into _pogo_migration values ('y', 'ledger_0099_pre_more', now(), 'public')",
        "delete from _pogo_migration where migration_id like '%0099%'",
    ),
    "ledger_app has powers that it must not have, as ledger_app": (
        "alter role ledger_app bypassrls",
        "alter role ledger_app nobypassrls",
    ),
    "ledger_pipe has powers that it must not have, as mighty": (
        "create role mighty createrole; grant mighty to ledger_pipe",
        "drop role mighty",
    ),
    "ledger_app owns tables": (
        "create table strays (x int); alter table strays owner to ledger_app",
        "drop table strays",
    ),
    "may not do all it needs in cairn.positions": (
        "revoke delete on cairn.positions from cairn_pipe",
        "grant delete on cairn.positions to cairn_pipe",
    ),
    "cannot become ledger_app": (
        "revoke ledger_app from ledger_pipe",
        "grant ledger_app to ledger_pipe with inherit false, set true",
    ),
    "public.effects has no forced row-level security": (
        "alter table effects no force row level security",
        "alter table effects force row level security",
    ),
    "is of another Kafka cluster": (
        "update cairn.positions set cluster = cluster || 'x' where partition = 0",
        "update cairn.positions set cluster = rtrim(cluster, 'x') where partition = 0",
    ),
    "this one was made anew": (
        KEEP.format("cairn.positions") + "update cairn.positions set topic_id = gen_random_uuid()",
        PUT_BACK.format("cairn.positions"),
    ),
    "is past the log's end": (
        "update cairn.positions set next = next + 7 where partition = 2",
        "update cairn.positions set next = next - 7 where partition = 2",
    ),
    "records are gone that were never read": (
        "update cairn.positions set next = next - 7 where partition = 2",
        "update cairn.positions set next = next + 7 where partition = 2",
    ),
    "has not moved for 20 days": (
        "update cairn.positions set moved_at = now() - interval '20 days'",
        "update cairn.positions set moved_at = now()",
    ),
    "Births of its reaction note_payment are missing": (
        "update cairn.births set reaction = 'another' where partition = 1",
        "update cairn.births set reaction = 'note_payment'",
    ),
    "It stands still: it is older than its log": (
        "insert into cairn.standstill (reason) values ('it is older than its log')",
        "delete from cairn.standstill",
    ),
}


@pytest.mark.parametrize("says", PLANTED)
async def test_a_planted_defect_is_found(
    ledger: Ledger, hearing: None, watching: asyncpg.Connection, says: str
) -> None:
    plant, mend = PLANTED[says]
    await watching.execute(plant)
    try:
        found = await wrong(ledger)
    finally:
        await watching.execute(mend)
    assert any(says in each for each in found), found


async def test_partitions_that_lack_the_same_are_one_finding(
    ledger: Ledger, hearing: None, watching: asyncpg.Connection
) -> None:
    await watching.execute("update cairn.positions set moved_at = now() - interval '20 days'")
    found = await check(checked(ledger))
    await watching.execute("update cairn.positions set moved_at = now()")
    topics = (ledger.accounts_topic.name, ledger.owners_topic.name)
    slept = [each for each in found if "has not moved" in each.what]
    assert [each.where for each in slept] == [f"{SERVICE}, {topic} 0, 1, 2" for topic in topics]
    assert [each.remedy.rpartition(": ")[2] for each in slept] == [
        f"cairn rebuild {SERVICE} {topic}" for topic in topics
    ]


async def test_nobody_publishes(ledger: Ledger) -> None:
    assert "No relay leads: what it announces waits in its outbox." in await wrong(ledger)


async def test_two_processes_go_by_one_name(ledger: Ledger, hearing: None, leading: None) -> None:
    async with in_background(ledger.relay().run):

        async def found() -> bool:
            return any("the same CAIRN_INSTANCE" in each for each in await wrong(ledger))

        await eventually(found, within=20)


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("database_app", "postgresql://ledger_app:{0}@nowhere.invalid/ledger", "does not let it"),
        (
            "command_key",
            "a-key-for-development-and-nothing-else",
            "Everybody knows its CAIRN_COMMAND_KEY",
        ),
        (
            "database_pipe",
            "postgresql://ledger_pipe:short@127.0.0.1:1/ledger",
            "CAIRN_DATABASE_PIPE can be guessed",
        ),
    ],
)
async def test_a_wrong_setting_is_found(
    ledger: Ledger, setting: str, value: str, says: str
) -> None:
    settings = {setting: SecretStr(value.format("s" * 20))}
    assert any(says in each for each in await wrong(ledger, **settings))


async def test_the_dsn_of_another_role_is_found(ledger: Ledger) -> None:
    found = await wrong(ledger, database_app=SecretStr(ledger.dsn.pipe))
    assert "CAIRN_DATABASE_APP is of the role ledger_pipe." in found


async def test_a_switched_on_fault_is_found(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAULT", f"kill@{uuid4()}")
    assert "FAULT is set: it fails on purpose." in await wrong(ledger)


async def test_what_cannot_be_looked_at_is_said(ledger: Ledger) -> None:
    found = await check(checked(ledger, kafka="127.0.0.1:1"))
    assert (
        Finding(
            level="unknown",
            where=SERVICE,
            what="Its positions could not be checked (KafkaConnectionError).",
            remedy="Mend what else is said here, then look again.",
        )
        in found
    )
