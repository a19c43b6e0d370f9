"""The ways to drive it. Transaction, parking and position are the chassis's own in all of them."""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage

from chassis.consumer import MAX_RECORDS, Consumer
from chassis.database import TRANSIENT
from chassis.positions import OutOfStep

Read = ConsumerRecord[Any, Any]


class OnFastStream(Consumer):
    """A subscriber hands over the records; its own offsets are not used."""

    batch = False
    wait = 200  # milliseconds that a batch subscriber waits for records: FastStream's default
    parser: Any = None  # FastStream's own; what has `raw` cannot raise

    async def run(self) -> None:
        broker = KafkaBroker(
            self._servers,
            client_id=f"{self.group}.{self._instance}",
            allow_auto_create_topics=False,
            apply_types=False,
            logger=None,
        )
        self._subscriber: Any = broker.subscriber(
            self.topic,
            batch=self.batch,
            batch_timeout_ms=self.wait,
            max_records=MAX_RECORDS if self.batch else None,
            listener=self,
            parser=self.parser,
            decoder=_records,
            ack_policy=AckPolicy.MANUAL,
            group_id=self.group,
            group_instance_id=f"{self.group}.{self._instance}",
            auto_offset_reset="none",
            isolation_level="read_committed",
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            fetch_max_wait_ms=500,
        )
        self._subscriber(self._take)
        await broker.start()
        try:
            await asyncio.Event().wait()
        finally:
            await broker.stop()

    async def on_partitions_assigned(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, assigned: Sequence[TopicPartition]
    ) -> None:
        self._kafka = self._subscriber.consumer  # FastStream makes it; we must seek in it
        await super().on_partitions_assigned(assigned)
        if self._unseeked:
            self._again = asyncio.create_task(self._seek_in_the_end())

    async def _take(self, read: Read | Sequence[Read]) -> None:
        records = [read] if isinstance(read, ConsumerRecord) else read
        for number, some in groupby(records, key=lambda record: record.partition):
            partition = TopicPartition(self.topic, number)
            if partition not in self._at:
                continue
            try:
                await self._handling.handle({partition: list(some)})
                self._after_commit()
            except (*TRANSIENT, KafkaError, OutOfStep):
                self._unseeked.add(partition)
                await self._seek_in_the_end()

    async def _seek_in_the_end(self) -> None:
        while self._unseeked:
            try:
                await self._seek()
            except (*TRANSIENT, KafkaError):
                await asyncio.sleep(0.5)


async def raw(read: Read | tuple[Read, ...]) -> KafkaMessage:
    """A parser that cannot raise: it leaves headers and bodies alone."""
    return KafkaMessage(raw_message=read, body=b"", consumer=_NOBODY)


async def _records(message: KafkaMessage) -> Any:
    return message.raw_message


class _Nobody:
    """Nothing is acknowledged through FastStream."""

    async def commit(self) -> None: ...

    def seek(self, partition: TopicPartition, offset: int) -> None: ...


_NOBODY = _Nobody()


class Single(OnFastStream):
    parser = staticmethod(raw)


class Batch(Single):
    batch = True


class HastyBatch(Batch):
    wait = 5


class StockBatch(OnFastStream):
    """With FastStream's own parser: how it is when it is used as it comes."""

    batch = True


LOOPS: dict[str, type[Consumer]] = {
    "our loop": Consumer,
    "FastStream batch": Batch,
    "FastStream batch, 5 ms": HastyBatch,
    "FastStream single": Single,
}
