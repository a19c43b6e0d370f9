"""The read model made again beside the one that is read: as it was, unseen, and at any moment."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from chassis import consumer as consumer_module
from chassis.cluster import administering
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.ids import new_id
from chassis.preparation import prepare
from chassis.subscriptions import Subscriptions
from chassis.topics import ends, ensure_topics
from contracts.catalogue import TOPICS, topics_heard_by
from contracts.profiles import SITE, Organisation, OrganisationChange, Site, SiteChange
from gateway.main import MIGRATIONS
from gateway.projection import Projection
from gateway.rebuild import CannotRebuild, Rebuilt, rebuild, switch, tables
from gateway.rebuild.fingerprint import fingerprint
from support.databases import ServiceDatabase
from support.harness import Heard, happened
from support.ledger import in_background, producing
from support.waiting import eventually

HEARD = topics_heard_by("gateway")

SHAPE = """
    select 'column' as kind, t.relname || '.' || a.attname as name,
        concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attcollation::regcollation, a.attnum) as said
    from pg_attribute a join pg_class t on t.oid = a.attrelid
    where t.relnamespace = $1::text::regnamespace and t.relkind = 'r' and a.attnum > 0
    union all
    select 'index', tablename || '.' || indexname, replace(indexdef, $1, 'schema')
    from pg_indexes where schemaname = $1
    union all
    select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = $1::text::regnamespace and contype <> 'n'
    union all
    select 'policy', tablename || '.' || policyname,
        concat(roles, cmd, qual, with_check, permissive)
    from pg_policies where schemaname = $1
    union all
    select 'rights', t.relname, concat(t.relacl, t.relrowsecurity, t.relforcerowsecurity,
        t.relowner::regrole, t.relpersistence)
    from pg_class t where t.relnamespace = $1::text::regnamespace and t.relkind = 'r'
    union all
    select 'schema', '', nspacl::text from pg_namespace where nspname = $1
    order by 1, 2
"""


class Model:
    """A read model, the log that it is made of, and the one who projects."""

    def __init__(self, dsn: ServiceDatabase, kafka: str, pipe: Database) -> None:
        self.dsn = dsn
        self.kafka = kafka
        self.pipe = pipe

    async def rebuild(self, *, force: bool = False) -> Rebuilt:
        return await rebuild(
            owner_dsn=self.dsn.owner,
            pipe_dsn=self.dsn.pipe,
            kafka=self.kafka,
            tell=lambda _: None,
            force=force,
        )

    @asynccontextmanager
    async def projecting(self) -> AsyncGenerator[list[Consumer]]:
        consumers = [
            Consumer(
                service="gateway",
                topic=topic.name,
                kafka=self.kafka,
                instance="0",
                database=self.pipe,
                handler=Projection(topic),
                after_commit=lambda: None,
                remedy="python -m gateway rebuild",
            )
            for topic in HEARD
        ]
        async with in_background(*(consumer.run for consumer in consumers)):
            yield consumers

    async def caught_up(self) -> None:
        """What is projected is what the log has."""
        wanted = await ends(self.kafka, HEARD)

        async def there() -> bool:
            async with self.pipe.connection() as connection:
                rows = await connection.fetch("select topic, partition, next from cairn.positions")
            return {(row["topic"], row["partition"]): row["next"] for row in rows} == wanted

        await eventually(there, within=60)

    async def fingerprint(self) -> str:
        connection = await asyncpg.connect(self.dsn.pipe)
        try:
            return await fingerprint(connection)
        finally:
            await connection.close()

    async def fetch(self, query: str, *values: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.dsn.superuser)
        try:
            return await connection.fetch(query, *values)
        finally:
            await connection.close()


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "COMPARE_EVERY", 0.2)
    monkeypatch.setattr(consumer_module, "STOPPED_FOR", 0.2)


@pytest.fixture
async def model(
    database: Callable[[str], Awaitable[ServiceDatabase]], kafka: str
) -> AsyncGenerator[Model]:
    dsn = await database("gateway")
    await prepare(
        owner_dsn=dsn.owner,
        kafka=kafka,
        migrations=MIGRATIONS,
        publishes=(),
        hears=HEARD,
        subscriptions=Subscriptions(),
    )
    async with Database.open(dsn.pipe, name="test pipe", size=len(HEARD) + 2) as pipe:
        yield Model(dsn, kafka, pipe)


@pytest.fixture
async def producer(kafka: str) -> AsyncGenerator[AIOKafkaProducer]:
    async with producing(kafka) as producer:
        yield producer


async def publish(producer: AIOKafkaProducer, *records: Heard) -> None:
    sent = [
        await producer.send(record.topic, record.value, key=record.key, headers=record.headers)
        for record in records
    ]
    await asyncio.gather(*sent)


def site(organisation_id: UUID, code: str) -> Site:
    return Site(
        id=new_id(),
        organisation_id=organisation_id,
        code=code,
        name=f"Site {code}",
        city="Évora",
        country="PT",
        time_zone="Europe/Lisbon",
        languages=["pt", "en"],
    )


def history(organisation_id: UUID, *, sites: int = 20) -> list[Heard]:
    """Sites that change, some of them erased, one of these followed by what a stale relay says."""
    organisation = Organisation(id=organisation_id, organisation_id=organisation_id, name="First")
    records = [happened(OrganisationChange.SET_UP, organisation)]
    for number in range(sites):
        opened = site(organisation_id, str(number))
        changed = msgspec.structs.replace(opened, name=f"Site {number}, moved")
        records += [
            happened(SiteChange.OPENED, opened, version=1),
            happened(SiteChange.CHANGED, changed, version=4),
            happened(SiteChange.CHANGED, opened, version=2),
        ]
        if number % 5 == 0:
            told = happened(SiteChange.CHANGED, opened, version=5)
            records += [
                type(told)(told.topic, told.key, None, told.headers),
                happened(SiteChange.CHANGED, changed, version=4),
            ]
    return records


async def test_the_new_tables_are_like_those_before_but_for_their_rows(model: Model) -> None:
    before = await model.fetch(SHAPE, tables.READ)
    oids = "select relname, oid from pg_class where relnamespace = 'read'::regnamespace"
    old = {row[0]: row[1] for row in await model.fetch(oids)}
    await model.rebuild()
    new = {row[0]: row[1] for row in await model.fetch(oids)}
    assert await model.fetch(SHAPE, tables.READ) == before
    assert set(new) == set(old)
    assert all(new[name] != old[name] for name in old)
    schemas = await model.fetch("select nspname from pg_namespace")
    assert {tables.MAKING, tables.BEFORE} & {row["nspname"] for row in schemas} == set()


async def test_a_read_model_made_again_is_the_same_and_goes_on(
    model: Model, producer: AIOKafkaProducer
) -> None:
    organisation_id = uuid4()
    await publish(producer, *history(organisation_id))
    async with model.projecting() as consumers:
        await model.caught_up()
        live = await model.fingerprint()
        await model.fetch("delete from sites where organisation_id = $1", organisation_id)
        await model.fetch("update organisations set name = 'Wrong'")
        assert await model.fingerprint() != live

        await model.rebuild()
        assert await model.fingerprint() == live
        await publish(producer, happened(SiteChange.OPENED, site(organisation_id, "new")))
        await model.caught_up()
        [row] = await model.fetch(
            "select count(*) from sites where organisation_id = $1", organisation_id
        )
        assert row["count"] == 17
        assert [consumer.problem for consumer in consumers if consumer.problem] == []
        await model.rebuild()
    assert len(await model.fetch("select from cairn.rebuilding")) == 0


async def test_it_is_made_while_events_come_and_loses_none(
    model: Model, producer: AIOKafkaProducer
) -> None:
    organisation_id = uuid4()

    async def go_on() -> None:
        while True:
            await publish(producer, *history(organisation_id, sites=5)[1:])
            await asyncio.sleep(0.2)  # the log stays small, for the tests that come

    async with model.projecting():
        async with in_background(go_on):
            rebuilt = [await model.rebuild() for _ in range(2)]
        await model.caught_up()
        live = await model.fingerprint()
        assert all(each.switched_in < 3 for each in rebuilt)
        await model.rebuild()
        assert await model.fingerprint() == live


async def test_the_projector_stops_at_a_topic_made_anew_and_a_rebuild_mends_it(
    model: Model, producer: AIOKafkaProducer
) -> None:
    organisation_id = uuid4()
    opened = [site(organisation_id, str(number)) for number in range(10)]
    await publish(producer, *(happened(SiteChange.OPENED, each) for each in opened))
    async with model.projecting() as consumers:
        await model.caught_up()
        [of_sites] = [consumer for consumer in consumers if consumer.topic == SITE]
        async with administering(model.kafka) as admin:
            await admin.delete_topics([SITE])

            async def is_gone() -> bool:
                return SITE not in await admin.list_topics()

            await eventually(is_gone)
        await ensure_topics(model.kafka, [TOPICS[SITE]])
        await producer.client.force_metadata_update()
        sentence = "To go on with the log as it is, run `python -m gateway rebuild`."
        await eventually(lambda: "made anew" in (of_sites.problem or ""))
        assert (of_sites.problem or "").endswith(sentence)

        with pytest.raises(CannotRebuild, match=r"run `python -m profiles restate profiles\.site`"):
            await model.rebuild()
        restated = [happened(SiteChange.RESTATED, each, version=2) for each in opened[:7]]
        await publish(producer, *restated)
        with pytest.raises(CannotRebuild, match=r"no record of \d+ of the \d+ that are held"):
            await model.rebuild()
        await model.rebuild(force=True)
        await eventually(lambda: of_sites.problem is None)
        await publish(producer, happened(SiteChange.OPENED, site(organisation_id, "new")))
        await model.caught_up()
    [row] = await model.fetch(
        "select count(*) from sites where organisation_id = $1", organisation_id
    )
    assert row["count"] == 8


async def test_a_switch_that_is_held_up_is_given_up_with_a_sentence(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch, "GIVE_UP_AFTER", 0.1)
    monkeypatch.setattr(tables, "LOCK_WITHIN", "100ms")
    await model.fetch(
        "insert into cairn.positions (topic, partition, next, cluster)"
        " values ('profiles.site', 0, 0, 'here')"
    )
    holding = await asyncpg.connect(model.dsn.superuser)
    async with holding.transaction():
        await holding.execute("select from cairn.positions for update")
        with pytest.raises(CannotRebuild, match="a transaction that stays open"):
            await model.rebuild()
    await holding.close()


async def test_a_rebuild_that_is_killed_leaves_all_as_it_was_and_the_next_one_does_it(
    model: Model, producer: AIOKafkaProducer
) -> None:
    await publish(producer, *history(uuid4()))
    async with model.projecting():
        await model.caught_up()
    live = await model.fingerprint()
    environment = {
        "CAIRN_DATABASE_APP": model.dsn.app,
        "CAIRN_DATABASE_PIPE": model.dsn.pipe,
        "CAIRN_DATABASE_OWNER": model.dsn.owner,
        "CAIRN_KAFKA": model.kafka,
        "CAIRN_COMMAND_KEY": "x" * 32,
        "CAIRN_PORT": "1",
        "CAIRN_ISSUER": "https://issuer.example",
        **{
            f"CAIRN_{name}": "http://localhost:1"
            for name in ("PROFILES", "MATCHING", "SESSIONS", "NOTIFICATIONS")
        },
    }
    making = "select from pg_tables where schemaname = 'rebuilding' limit 1"
    for kill in (True, False):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "rebuild", "--json"),
            env=os.environ | environment,
            stdout=asyncio.subprocess.PIPE,
        )
        if kill:
            await eventually(lambda: model.fetch(making), every=0.01)
            second = asyncio.create_task(model.rebuild())
            with pytest.raises(CannotRebuild, match="Another rebuild is under way"):
                await second
            process.send_signal(signal.SIGKILL)
        said, _ = await process.communicate()
        assert await model.fingerprint() == live
    assert process.returncode == 0
    outcome = msgspec.json.decode(said.splitlines()[-1])
    log = await ends(model.kafka, HEARD)
    assert outcome["events"] == sum(log.values())
    assert not await model.fetch(making)
