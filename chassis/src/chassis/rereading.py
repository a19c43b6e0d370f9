"""Reading a topic again from the log's start, beside the consumer that goes on."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.consumer import Consumer
from chassis.database import Connection, Database
from chassis.handling import Handler
from chassis.kafka_client import start
from chassis.positions import Positions
from chassis.topics import Topic

BESIDE = Positions("cairn.rebuilding")
SILENCE = 60.0  # seconds without progress after which nobody waits any more
LOSABLE, FEW = 0.01, 2  # the share of what is held, and how many, that may be lost unasked

Ends = Mapping[tuple[str, int], int]  # an offset of each topic and partition


class CannotRebuild(Exception):  # noqa: N818
    """Nothing was changed but what the log says anyway; the message says why, and what to do."""


class Rereader(Consumer):
    """A consumer of all of a topic's partitions, in no group, with positions of its own."""

    def __init__(
        self, topic: Topic, *, service: str, kafka: str, database: Database, handler: Handler
    ) -> None:
        super().__init__(
            service=f"{service}.rebuild",
            topic=topic.name,
            kafka=kafka,
            instance="0",
            database=database,
            handler=handler,
            after_commit=lambda: None,
            positions=BESIDE,
        )
        self._partitions = [TopicPartition(topic.name, each) for each in range(topic.partitions)]

    @property
    def has_lost_its_log(self) -> bool:
        """Whether the topic was made anew while it was read."""
        return self._stopped is not None

    def _client(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            client_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
        )

    async def _join(self) -> None:
        await start(self._kafka)
        self._kafka.assign(self._partitions)
        await self.on_partitions_assigned(self._partitions)


async def begin(owner: asyncpg.Connection, topics: Sequence[str]) -> None:
    """Forget where an earlier rebuild stood: this one begins at the log's start."""
    await owner.execute("delete from cairn.rebuilding where topic = any($1)", list(topics))


async def until_read(
    owner: asyncpg.Connection,
    rereaders: Collection[Rereader],
    ends: Ends,
    *,
    tell: Callable[[], None] = lambda: None,
) -> None:
    """Wait until the log is read up to these offsets, and tell now and then.

    Raises CannotRebuild where that will not be.
    """
    before, since = 0, time.monotonic()
    while any(each.problem for each in rereaders) or not await is_past(owner, ends):
        if lost := [each.topic for each in rereaders if each.has_lost_its_log]:
            raise CannotRebuild(f"{', '.join(lost)} changed while it was read: run this again.")
        now = sum((await _reached(owner, ends)).values())
        if now > before:
            before, since = now, time.monotonic()
        elif time.monotonic() - since > SILENCE:
            topics = ", ".join(sorted({topic for topic, _ in ends}))
            raise CannotRebuild(
                f"Nothing more of {topics} could be read for {SILENCE:.0f} s: is Kafka up?"
                " Run this again."
            )
        tell()
        await asyncio.sleep(0.05)


async def is_past(connection: Connection, ends: Ends) -> bool:
    """Whether what was read again reaches these offsets."""
    reached = await _reached(connection, ends)
    return all(reached[where] >= end for where, end in ends.items())


async def _reached(connection: Connection, ends: Ends) -> dict[tuple[str, int], int]:
    rows = await connection.fetch("select topic, partition, next from cairn.rebuilding")
    found = {(row["topic"], row["partition"]): row["next"] for row in rows}
    return {where: found.get(where, 0) for where in ends}


def refuse_loss(topic: str, *, lost: int, held: int) -> None:
    """Refuse to erase all, or more than a few, of what is held because the log has it not.

    Most likely the log has it not yet. Raises CannotRebuild.
    """
    if lost == 0 or (lost < held and lost <= max(FEW, held * LOSABLE)):
        return
    service = topic.partition(".")[0]
    raise CannotRebuild(
        f"The log of {topic} has no record of {lost:,} of the {held:,} that are held here, and they"
        f" would be erased. First run `python -m {service} restate {topic}`, or, if that was done,"
        f" wait until `cairn lag` shows nothing in the bulk lane of {service}; then run this again."
        " If they are to be erased, run it with --force."
    )
