"""Positions that no longer fit the log: the consumer stops, says what to run, and that mends it."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis import consumer as consumer_module
from chassis import rereading
from chassis.cluster import administering
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.events import BEAT
from chassis.rebuilding import Rebuilt, rebuild
from chassis.rereading import CannotRebuild
from chassis.topics import Topic, ensure_topics
from support.ledger import Account, Ledger, Owner, in_background, producing
from support.waiting import eventually

ORGANISATION = uuid4()


class Log:
    """The log of accounts: what its owner's service publishes there, and what befalls it."""

    def __init__(self, ledger: Ledger, producer: AIOKafkaProducer, owner: Owner) -> None:
        self.ledger = ledger
        self.topic = ledger.accounts_topic.name
        self._producer = producer
        self._owner = owner

    def account(self) -> Account:
        return Account(id=uuid4(), organisation_id=ORGANISATION, owner_id=self._owner.id)

    async def says(self, account: Account, version: int = 1, word: str = "paid") -> None:
        envelope = self.ledger.event(account, self.ledger.change[word.upper()], version)
        await self._producer.send_and_wait(
            self.topic,
            msgspec.json.encode(account),
            key=str(account.id).encode(),
            headers=[(name, value.encode()) for name, value in envelope.headers().items()],
            partition=0,
        )

    async def beats(self) -> None:
        await self._producer.send_and_wait(self.topic, b"{}", key=BEAT, partition=0)

    async def is_made_anew(self) -> None:
        async with administering(self.ledger.kafka) as admin:
            await admin.delete_topics([self.topic])
            await eventually(lambda: _has_no(admin, self.topic))
        await ensure_topics(self.ledger.kafka, [self.ledger.accounts_topic])
        await self._producer.client.force_metadata_update()

    async def loses(self, *, before: int) -> None:
        """As compaction does to what is replaced, and retention to what is not."""
        policy = {"cleanup.policy": "compact,delete"}  # of what is compacted none can be deleted
        async with administering(self.ledger.kafka) as admin:
            await admin.alter_configs(
                [ConfigResource(ConfigResourceType.TOPIC, self.topic, policy)]
            )
            await admin.delete_records({TopicPartition(self.topic, 0): RecordsToDelete(before)})


async def _has_no(admin: AIOKafkaAdminClient, topic: str) -> bool:
    return topic not in await admin.list_topics()


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "COMPARE_EVERY", 0.2)
    monkeypatch.setattr(consumer_module, "STOPPED_FOR", 0.2)


@pytest.fixture
async def log(ledger: Ledger, watching: asyncpg.Connection) -> AsyncGenerator[Log]:
    """The owner of every account is known already, so no reaction has to wait."""
    owner = Owner(id=uuid4(), organisation_id=ORGANISATION, name="Ada")
    await watching.execute(
        "insert into owner_copies values ($1, $2, 1, $3)",
        ORGANISATION,
        owner.id,
        msgspec.json.encode(owner).decode(),
    )
    async with producing(ledger.kafka) as producer:
        yield Log(ledger, producer, owner)


async def rebuilt(ledger: Ledger, topic: Topic | None = None, *, force: bool = False) -> Rebuilt:
    topic = topic or ledger.accounts_topic
    return await rebuild(
        owner_dsn=ledger.dsn.owner,
        pipe_dsn=ledger.dsn.pipe,
        kafka=ledger.kafka,
        service="ledger",
        topic=topic,
        of=ledger.hears.by_topic[topic.name],
        force=force,
    )


async def effects(watching: asyncpg.Connection) -> list[tuple[UUID, int]]:
    rows = await watching.fetch("select account_id, version from effects order by 1, 2")
    return [(row["account_id"], row["version"]) for row in rows]


async def copies(watching: asyncpg.Connection) -> dict[UUID, int]:
    rows = await watching.fetch("select id, version from account_copies")
    return {row["id"]: row["version"] for row in rows}


async def has_effects(watching: asyncpg.Connection, *wanted: tuple[UUID, int]) -> None:
    """These, each once, and no others."""

    async def there() -> bool:
        return len(await effects(watching)) >= len(wanted)

    await eventually(there)
    assert await effects(watching) == sorted(wanted)


async def says(consumer: Consumer, words: str) -> None:
    """It is not ready, says why in one sentence, and what to run."""
    await eventually(lambda: words in (consumer.problem or ""))
    assert f"run `python -m ledger rebuild {consumer.topic}`" in (consumer.problem or "")


async def is_well(consumer: Consumer) -> None:
    await eventually(lambda: consumer.problem is None)


async def test_a_topic_made_anew(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    """Under a running consumer, with as many records as before: no offset gives it away."""
    kept, erased, later = log.account(), log.account(), log.account()
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await log.says(kept)
        await log.says(erased)
        await has_effects(watching, (kept.id, 1), (erased.id, 1))
        await watching.executemany(
            'insert into cairn.dead_letters (topic, partition, "offset", headers, reason, attempts)'
            " values ($1, 0, $2, '[]', 'of a log before', 1)",
            [(log.topic, offset) for offset in (1, -1, 7)],
        )
        await watching.execute(
            "insert into cairn.waiting (organisation_id, reaction, subject, version, awaited_topic,"
            ' awaited_subject, topic, partition, "offset", headers, body)'
            " values ($1, 'another', $1, 1, '', $1, $2, 0, 9, '{}', '')",
            uuid4(),
            log.topic,
        )
        await log.is_made_anew()
        await log.says(kept, 2, "restated")
        await log.says(later)
        await log.says(kept, 3)
        await says(consumer, "this one was made anew")
        assert await copies(watching) == {kept.id: 1, erased.id: 1}

        became = await rebuilt(ledger)
        assert (became.events, became.erased, became.log) == (3, 1, "another")
        await is_well(consumer)
        await has_effects(watching, (kept.id, 1), (erased.id, 1), (kept.id, 3), (later.id, 1))
    assert await copies(watching) == {kept.id: 3, later.id: 1}
    letters = await watching.fetch('select "offset" from cairn.dead_letters order by id')
    assert [row["offset"] for row in letters] == [-8, -10, -2]  # in their order, below all before
    assert await watching.fetchval('select "offset" from cairn.waiting') == -11


async def test_another_cluster(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    account = log.account()
    await log.says(account)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await has_effects(watching, (account.id, 1))
    await watching.execute(
        "update cairn.positions set cluster = 'lost', topic_id = gen_random_uuid(), next = next + 7"
    )
    await log.says(account, 2)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await says(consumer, "is of another Kafka cluster")
        assert (await rebuilt(ledger)).log == "another"
        await is_well(consumer)
        await has_effects(watching, (account.id, 1), (account.id, 2))


async def test_a_reaction_is_as_old_in_a_log_made_anew_as_it_was(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    """As where a log is copied back from another cluster, with its history and its times."""
    account, later = log.account(), log.account()
    await log.is_made_anew()
    await log.says(account)
    await watching.execute("update cairn.births set born_at = clock_timestamp() + interval '1 ms'")
    await asyncio.sleep(0.01)
    await log.says(later)
    await watching.executemany(
        "insert into cairn.positions values ($1, $2, 9, 'lost')",
        [(log.topic, number) for number in range(3)],
    )
    await rebuilt(ledger)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await has_effects(watching, (later.id, 1))
    assert await copies(watching) == {account.id: 1, later.id: 1}


async def test_one_that_slept_too_long(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    """What was erased meanwhile may have left no trace; what happened meanwhile is reacted to."""
    erased, kept = log.account(), log.account()
    await log.says(erased)
    await log.says(kept)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await has_effects(watching, (erased.id, 1), (kept.id, 1))
    await log.loses(before=1)
    await log.says(kept, 2)
    await watching.execute("update cairn.positions set moved_at = now() - interval '16 days'")
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await says(consumer, "has not moved for 16 days")
        became = await rebuilt(ledger)
        assert (became.erased, became.log) == (1, "as before")
        await is_well(consumer)
        await has_effects(watching, (erased.id, 1), (kept.id, 1), (kept.id, 2))
    assert await copies(watching) == {kept.id: 2}
    assert await watching.fetchval("select subject from cairn.graves") == erased.id


async def test_what_the_log_has_and_this_version_cannot_read_is_not_taken_for_erased(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    account, other = log.account(), log.account()
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await log.says(account)
        await log.says(other)
        await has_effects(watching, (account.id, 1), (other.id, 1))
    async with producing(ledger.kafka) as producer:
        await producer.send_and_wait(
            log.topic, b"{", key=str(account.id).encode(), headers=[], partition=0
        )
    await log.loses(before=1)  # as compaction does to what is replaced
    assert (await rebuilt(ledger)).erased == 0
    assert await copies(watching) == {account.id: 1, other.id: 1}


async def test_nothing_is_rebuilt_while_the_service_stands_still(
    ledger: Ledger, watching: asyncpg.Connection, log: Log
) -> None:
    """What follows from copies would be written on states that are to be recovered first."""
    await log.says(log.account())
    await watching.execute("insert into cairn.standstill (reason) values ('Run something.')")
    with pytest.raises(CannotRebuild, match="Run something"):
        await rebuilt(ledger)
    assert await copies(watching) == {}


async def test_a_rebuild_that_gets_nowhere_ends_with_a_sentence(
    ledger: Ledger, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading, "SILENCE", 0.5)
    monkeypatch.setattr(rereading.Rereader, "run", lambda _: asyncio.Event().wait())
    await log.says(log.account())
    with pytest.raises(CannotRebuild, match=f"Nothing more of {log.topic} could be read"):
        await rebuilt(ledger)


async def test_a_beat_is_a_sign_of_life(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    """It moves the position, and its moment, of a consumer for which nothing comes."""
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await is_well(consumer)
        await watching.execute("update cairn.positions set moved_at = now() - interval '14 days'")
        await log.beats()

        async def has_moved() -> bool:
            moved = "select next from cairn.positions where moved_at > now() - interval '1 hour'"
            return [row["next"] for row in await watching.fetch(moved)] == [1]

        await eventually(has_moved)


async def test_a_log_that_lost_what_was_never_read(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    first, second = log.account(), log.account()
    await log.says(first)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await has_effects(watching, (first.id, 1))
    await log.says(second)
    await log.says(first, 2)
    await log.loses(before=2)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await says(consumer, "records are gone that were never read")
        assert (await rebuilt(ledger)).log == "as before"
        await is_well(consumer)
        await has_effects(watching, (first.id, 1), (first.id, 2))


async def test_a_log_that_lost_its_end(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    """Where it was cut off nobody knows: all is read, and what was handled is not handled again."""
    account = log.account()
    await log.says(account)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await has_effects(watching, (account.id, 1))
    await log.says(account, 2)
    await watching.execute("update cairn.positions set next = 5 where partition = 0")
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await says(consumer, "past the log's end")
        assert (await rebuilt(ledger)).log == "another"
        await is_well(consumer)
        await has_effects(watching, (account.id, 1), (account.id, 2))


async def test_copies_that_were_lost_are_there_again_while_the_consumer_goes_on(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    accounts = [log.account() for _ in range(20)]
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        for account in accounts:
            await log.says(account)
        await has_effects(watching, *((account.id, 1) for account in accounts))
        await watching.execute("truncate account_copies")
        rebuilding = asyncio.create_task(rebuilt(ledger))
        for account in accounts[:10]:
            await log.says(account, 2)
        became = await rebuilding
        assert (became.erased, became.log) == (0, "as before")
        again = ((account.id, 2) for account in accounts[:10])
        await has_effects(watching, *((account.id, 1) for account in accounts), *again)
    assert len(await copies(watching)) == 20


async def test_one_rebuild_of_a_topic_at_a_time(ledger: Ledger, log: Log) -> None:
    await log.says(log.account())
    outcomes = await asyncio.gather(rebuilt(ledger), rebuilt(ledger), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["CannotRebuild", "Rebuilt"]
    assert "is under way" in str(next(each for each in outcomes if isinstance(each, Exception)))


async def test_copies_are_not_erased_by_a_log_that_has_nothing(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    account = log.account()
    await log.says(account)
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        await has_effects(watching, (account.id, 1))
    await log.is_made_anew()
    service = log.topic.partition(".")[0]
    with pytest.raises(CannotRebuild, match=f"run `python -m {service} restate {log.topic}`"):
        await rebuilt(ledger)
    assert await copies(watching) == {account.id: 1}


async def test_copies_are_not_erased_by_a_log_that_does_not_have_all_yet(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    """Its owner is restating; whoever knows better says so."""
    accounts = [log.account() for _ in range(6)]
    consumer = await ledger.consumer(pipe)
    async with in_background(consumer.run):
        for account in accounts:
            await log.says(account)
        await has_effects(watching, *((account.id, 1) for account in accounts))
    await log.is_made_anew()
    for account in accounts[:3]:
        await log.says(account, 2, "restated")
    with pytest.raises(CannotRebuild, match="no record of 3 of the 6 that are held"):
        await rebuilt(ledger)
    assert set(await copies(watching)) == {account.id for account in accounts}
    became = await rebuilt(ledger, force=True)
    assert (became.erased, became.log) == (3, "another")
    assert await copies(watching) == {account.id: 2 for account in accounts[:3]}


async def test_a_topic_that_is_missing_is_missed_alone(
    ledger: Ledger, pipe: Database, watching: asyncpg.Connection, log: Log
) -> None:
    async with administering(ledger.kafka) as admin:
        await admin.delete_topics([ledger.owners_topic.name])
        await eventually(lambda: _has_no(admin, ledger.owners_topic.name))
        account = log.account()
        of_accounts = await ledger.consumer(pipe)
        of_owners = await ledger.consumer(pipe, ledger.owners_topic)
        async with in_background(of_owners.run, of_accounts.run):
            await says(of_owners, f"Kafka has no topic {ledger.owners_topic.name}")
            await log.says(account)
            await has_effects(watching, (account.id, 1))
            await is_well(of_accounts)
            with pytest.raises(CannotRebuild, match="Kafka has no topic"):
                await rebuilt(ledger, ledger.owners_topic)
            await admin.create_topics([NewTopic(ledger.owners_topic.name, 3, 1)])
            await is_well(of_owners)
