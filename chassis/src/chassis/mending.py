"""Mending a key whose last record is stale: its newest is published again.

The newest is a record of the log, further back: it goes out as it is, under its own id, and whoever
had it sees a repeat. Where the log has lost it, the state is restated, at a version of its own.
Either goes through the outbox, decided while the aggregate is locked; so no event of the key can
come between, and two who mend at once do no more than repeat.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import metrics, own_log
from chassis.aggregates import Aggregates
from chassis.database import Connection, Database
from chassis.events import Record
from chassis.logs import logger
from chassis.outbox import Lane, Waiting, put
from chassis.refusals import Refusal
from chassis.unit import Cause, Unit

AT_ONCE = 100  # keys whose newest records are in memory
WINDOW = 1000  # offsets looked at first, back from the end; each further window is larger

log = logger("chassis.mending")


class Stale(msgspec.Struct, frozen=True, kw_only=True):
    """A key whose last record has an older version than its owner's database has.

    Without the record: there may be thousands.
    """

    organisation_id: UUID
    id: UUID
    version: int
    owned: int


class Mender:
    def __init__(self, service: str, app: Database) -> None:
        self._service = service
        self._app = app

    async def mend(
        self,
        consumer: AIOKafkaConsumer,
        partition: TopicPartition,
        aggregates: Aggregates[Any],
        stale: Sequence[Stale],
        *,
        before: int,
    ) -> None:
        """Publish the newest of keys again; it is looked for before an offset.

        The consumer stands elsewhere in the partition afterwards.
        """
        for start in range(0, len(stale), AT_ONCE):
            some = stale[start : start + AT_ONCE]
            wanted = {each.id: each.owned for each in some}
            newest = await _look_back(consumer, partition, wanted, before=before)
            for each in some:
                await self._mend_or_tell(aggregates, each, newest.get(each.id))

    async def _mend_or_tell(
        self, aggregates: Aggregates[Any], stale: Stale, newest: Record | None
    ) -> None:
        said = {
            "topic": aggregates.topic,
            "subject": str(stale.id),
            "stale": stale.version,
            "newest": stale.owned,
        }
        try:
            mended = await self._mend(aggregates, stale, newest)
        except Refusal as refusal:  # it has grown too large: that must not keep others from it
            log.error("a key's last record is stale, and stays so", **said, reason=refusal.code)
            return
        if mended:
            metrics.HEALED.labels(aggregates.topic).inc()
            log.warning("a key whose last record was stale is put right", **said)

    async def _mend(self, aggregates: Aggregates[Any], stale: Stale, newest: Record | None) -> bool:
        """Whether it still had to be done."""
        async with self._app.tenant(stale.organisation_id) as connection:
            version, grave = await aggregates.lock_newest(
                connection, stale.organisation_id, stale.id
            )
            if max(version, grave) != stale.owned or await _waits(connection, aggregates, stale.id):
                return False  # what is newer has its own event
            if newest is not None:
                again = _again(stale.id, newest)
                await put(connection, stale.organisation_id, [again], Lane.INTERACTIVE)
                return True
            unit = self._unit(connection, stale.organisation_id)
            if version > grave:
                await aggregates.restate(unit, [stale.id])
            else:
                unit.announce_erased(aggregates.topic, stale.id, grave)
            await unit.flush()
            return True

    def _unit(self, connection: Connection, organisation_id: UUID) -> Unit:
        return Unit(
            connection,
            service=self._service,
            organisation_id=organisation_id,
            cause=Cause.of_itself(self._service),
        )


async def _waits(connection: Connection, aggregates: Aggregates[Any], id: UUID) -> bool:  # noqa: A002
    return bool(
        await connection.fetchval(
            "select exists (select from cairn.outbox where topic = $1 and key = $2)",
            aggregates.topic,
            id,
        )
    )


def _again(key: UUID, record: Record) -> Waiting:
    headers = {name: (value or b"").decode("ascii") for name, value in record.headers}
    return Waiting(topic=record.topic, key=key, headers=headers, body=record.value)


async def _look_back(
    consumer: AIOKafkaConsumer,
    partition: TopicPartition,
    wanted: Mapping[UUID, int],
    *,
    before: int,
) -> dict[UUID, Record]:
    """Of each key the record of its version, looked for from the end back."""
    begin = (await consumer.beginning_offsets([partition]))[partition]
    found: dict[UUID, Record] = {}
    high, window = before, WINDOW
    while high > begin and len(found) < len(wanted):
        low = max(begin, high - window)
        consumer.seek(partition, low)
        async for records in own_log.records_until(consumer, partition, high):
            for said in filter(None, map(own_log.logged, records)):
                if wanted.get(said.id) == said.version:
                    found[said.id] = said.record
        high, window = low, window * 4
    return found
