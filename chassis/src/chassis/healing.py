"""Healing: the owner's relay reads its own topics, so that what compaction keeps is right.

A relay that was paused, and lost its lock meanwhile, publishes old events after newer ones: no lock
reaches into Kafka. Readers refuse what is older than what they have; but the last record of a key
is all that compaction leaves. Where that is older than the owner's newest, it is published again.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis import own_log
from chassis.aggregates import Aggregates
from chassis.database import TRANSIENT, Database
from chassis.events import Record
from chassis.logs import logger
from chassis.mending import Mender, Stale
from chassis.own_log import Difference, Records
from chassis.own_places import OwnPlaces
from chassis.standstill import Standstill
from chassis.topics import Topic

PAUSE = 1.0  # seconds between turns at the log's end
RECORDS = 2000  # in a turn
MOST_SUSPECTS = 10_000  # of a partition, in memory
GLANCE = 5.0  # seconds that a service looks, or waits for Kafka, before it works all the same

log = logger("chassis.healing")


class OlderThanLog(Exception):  # noqa: N818
    """The log has what the database does not: an earlier state of it was restored."""


class Healer:
    """`run` is a duty of the elected relay; `glance` is for every instance, before it works.

    A record is *suspect* when the database has a newer version of its key and no event of the key
    waits in the outbox: the newest is in the log, then, before the record or after it. It is stale
    if the newest does not follow by the log's end, as it was asked for after the database was.
    """

    def __init__(
        self,
        *,
        service: str,
        owns: Sequence[Aggregates[Any]],
        topics: Sequence[Topic],
        kafka: str,
        app: Database,
        pipe: Database,
        standstill: Standstill,
    ) -> None:
        self._service = service
        self._owns = {each.topic: each for each in owns}
        self._topics = topics
        self._kafka = kafka
        self._pipe = pipe
        self._standstill = standstill
        self._mender = Mender(service, app)
        self._places = OwnPlaces(pipe)
        self._suspects: dict[TopicPartition, dict[UUID, Stale]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with self._reading() as consumer:
                    while True:
                        if not await self._turn(consumer):
                            await asyncio.sleep(PAUSE)
            except OlderThanLog as reason:
                await self._standstill.begin(str(reason))
            except (*TRANSIENT, KafkaError) as error:
                log.warning("healing begins again", error=type(error).__name__)
            await asyncio.sleep(PAUSE)

    async def glance(self) -> None:
        """Look at the records that follow on those which were compared before, to the log's end."""
        try:
            async with asyncio.timeout(GLANCE), self._reading() as consumer:
                ends = await consumer.end_offsets(consumer.assignment())
                while unread := [
                    partition
                    for partition, end in ends.items()
                    if await consumer.position(partition) < end
                ]:
                    await self._look(
                        await consumer.getmany(*unread, timeout_ms=1000, max_records=RECORDS)
                    )
                    self._suspects.clear()  # the elected relay's
        except OlderThanLog as reason:
            await self._standstill.begin(str(reason))
        except (*TRANSIENT, KafkaError) as error:
            log.warning("the log was not looked at to its end", error=type(error).__name__)

    @asynccontextmanager
    async def _reading(self) -> AsyncGenerator[AIOKafkaConsumer]:
        """A consumer that stands where the last one got to."""
        self._suspects.clear()
        client_id = f"{self._service}-healer"
        async with own_log.opened(self._kafka, self._topics, client_id=client_id) as consumer:
            await self._places.seek(consumer)
            yield consumer

    async def _turn(self, consumer: AIOKafkaConsumer) -> bool:
        """Read some; returns whether there is more to read at once."""
        batches = await consumer.getmany(timeout_ms=1000, max_records=RECORDS)
        await self._look(batches)
        for partition in list(self._suspects):
            at = await consumer.position(partition)
            enough = len(self._suspects[partition]) >= MOST_SUSPECTS
            if enough or at >= (consumer.highwater(partition) or 0):
                await self._settle(consumer, partition, at)
        await self._places.keep(
            {
                partition: records[-1].offset + 1
                for partition, records in batches.items()
                if partition not in self._suspects  # it is read again, if this process dies
            }
        )
        return sum(map(len, batches.values())) >= RECORDS

    async def _look(self, batches: Mapping[TopicPartition, Records]) -> None:
        """Compare the last record of each key, and the newest, with the database.

        Raises OlderThanLog.
        """
        by_topic: defaultdict[str, list[Record]] = defaultdict(list)
        for partition, records in batches.items():
            by_topic[partition.topic] += records
            self._clear(partition, records)
        for topic, records in by_topic.items():
            telling = own_log.last_and_newest_of(records)
            async with self._pipe.connection() as connection:
                found = await own_log.compare(connection, self._owns[topic], telling)
            for difference in found:
                self._suspect(difference)

    def _suspect(self, found: Difference) -> None:
        record = found.logged.record
        if found.logged.version > found.owned:
            raise OlderThanLog(
                f"The database of {self._service} is older than its log: {record.topic}"
                f" {found.logged.id} is at version {found.logged.version} there and at"
                f" {found.owned} here. Was an earlier state restored? To take back what is missing,"
                f" run `python -m {self._service} recover`."
            )
        partition = TopicPartition(record.topic, record.partition)
        self._suspects.setdefault(partition, {})[found.logged.id] = Stale(
            organisation_id=found.logged.organisation_id,
            id=found.logged.id,
            version=found.logged.version,
            owned=found.owned,
        )

    def _clear(self, partition: TopicPartition, records: Records) -> None:
        """Clear of suspicion those keys whose newest follows."""
        suspects = self._suspects.get(partition, {})
        for said in own_log.last_of(records).values():
            if said.id in suspects and said.version >= suspects[said.id].owned:
                del suspects[said.id]
        if not suspects:
            self._suspects.pop(partition, None)

    async def _settle(self, consumer: AIOKafkaConsumer, partition: TopicPartition, at: int) -> None:
        """See what follows, up to an end that is asked for now; what is stale is put right."""
        end = (await consumer.end_offsets([partition]))[partition]
        async for records in own_log.records_until(consumer, partition, end):
            self._clear(partition, records)
        stale = list(self._suspects.pop(partition, {}).values())
        await self._mender.mend(consumer, partition, self._owns[partition.topic], stale, before=end)
        consumer.seek(partition, at)
