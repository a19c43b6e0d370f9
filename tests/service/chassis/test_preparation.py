"""`prepare` can be run by several at once, and again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.births import NotPrepared
from chassis.cluster import administering
from chassis.database import Database
from chassis.migrations import CHASSIS
from chassis.preparation import births
from chassis.topics import SETTINGS, WrongPartitions, ensure_topics
from support.databases import ServiceDatabase
from support.ledger import MIGRATIONS, Ledger, Topic, superuser


async def test_replicas_that_prepare_at_once_wait_for_each_other(
    database: Callable[[str], Awaitable[ServiceDatabase]], kafka: str
) -> None:
    ledger = Ledger(await database("ledger"), kafka)
    await asyncio.gather(*(ledger.prepare() for _ in range(4)))
    watching = await superuser(ledger.dsn)
    migrations = [*CHASSIS.glob("*.sql"), *MIGRATIONS.glob("*.sql")]
    assert await watching.fetchval("select count(*) from _pogo_migration") == len(migrations)
    assert await watching.fetchval("select count(*) from cairn.births") == 3
    await watching.close()


async def test_a_service_that_was_not_prepared_does_not_start(
    database: Callable[[str], Awaitable[ServiceDatabase]], kafka: str
) -> None:
    ledger = Ledger(await database("ledger"), kafka)
    await ledger.prepare()
    watching = await superuser(ledger.dsn)
    await watching.execute("delete from cairn.births")
    await watching.close()
    async with Database.open(ledger.dsn.pipe, name="test") as pipe:
        with pytest.raises(NotPrepared, match="prepare"):
            await births(pipe, ledger.hears.by_topic[ledger.accounts_topic.name])


async def test_topics_have_their_settings_and_keep_their_partitions(kafka: str) -> None:
    topic = Topic(f"prepared{uuid4().hex[:8]}.thing", partitions=2)
    await ensure_topics(kafka, [topic])
    await ensure_topics(kafka, [topic])
    with pytest.raises(WrongPartitions, match="2 partitions, not 4"):
        await ensure_topics(kafka, [Topic(topic.name, partitions=4)])
    response: Any
    async with administering(kafka) as admin:
        [response] = await admin.describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topic.name)]
        )
    [resource] = response.resources
    described = {name: value for name, value, *_ in resource[-1]}
    assert {name: described[name] for name in SETTINGS} == SETTINGS


async def test_another_services_role_cannot_connect(
    database: Callable[[str], Awaitable[ServiceDatabase]],
) -> None:
    ours, theirs = await database("ledger"), await database("neighbour")
    for dsn in (theirs.app, theirs.pipe, theirs.owner):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(dsn.rpartition("/")[0] + "/" + ours.app.rpartition("/")[2])
