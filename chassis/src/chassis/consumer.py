"""The consumer of one topic: its partitions, and where in the log it reads on.

The position in the database is the only one; Kafka's group offsets serve monitors.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, UnknownTopicOrPartitionError

from chassis import faults, metrics
from chassis.database import TRANSIENT, Database
from chassis.handling import Fetched, Handler, Handling
from chassis.kafka_client import ClientEnded, check_alive, leave, start
from chassis.logs import logger
from chassis.positions import OutOfStep, Positions, Stopped, check
from chassis.topic_ids import LogId, log_id

MAX_RECORDS = 500  # in a turn
FIRST_RECORDS = 50  # in the first one, while it is not known how long they take
LONGEST_TURN = 0.5  # seconds, roughly: so long its transaction may hold up commands
SESSION = 10_000  # milliseconds of silence after which the group gives our partitions to others
HEARTBEAT = 3_000  # milliseconds
MAX_POLL_INTERVAL = 300_000  # milliseconds between turns after which we leave the group
PATIENCE = 15.0  # seconds behind the log without progress, before the consumer counts as stuck
MONITOR_EVERY = 5.0  # seconds between commits of group offsets
COMPARE_EVERY = 5.0  # seconds between comparisons of where we are with what is stored
STOPPED_FOR = 2.0  # seconds until a consumer that stopped looks whether it may go on

log = logger("chassis.consumer")


class Consumer(ConsumerRebalanceListener):
    """Consumes a topic for a service. `instance` names this replica among its peers.

    `remedy` is the command to run where the stored position does not fit the log.
    """

    def __init__(
        self,
        *,
        service: str,
        topic: str,
        kafka: str,
        instance: str,
        database: Database,
        handler: Handler,
        after_commit: Callable[[], None],
        positions: Positions = Positions(),  # noqa: B008 - it is frozen
        remedy: str = "",
    ) -> None:
        self.topic = topic
        self.group = f"{service}.{topic}"
        self._remedy = remedy or f"python -m {service} rebuild {topic}"
        self._positions = positions
        self._servers = kafka
        self._instance = instance
        self._database = database
        self._handler = handler
        self._after_commit = after_commit
        self._at: dict[TopicPartition, int] = {}  # where we read on, by our own seek or commit
        self._handling = Handling(topic, database, handler, positions, self._at)
        self._unseeked: set[TopicPartition] = set()
        self._log: LogId | None = None  # that we read, by the last look
        self._most = FIRST_RECORDS
        self._assigned = False
        self._stopped: str | None = None
        self.records = 0  # that were handled since the start
        self._progressed = time.monotonic()
        self._compared = time.monotonic()

    @property
    def problem(self) -> str | None:
        """Why this consumer is not doing its work, in a sentence; None when it is."""
        if self._stopped:
            return self._stopped
        idle = time.monotonic() - self._progressed
        if not self._assigned:
            return (
                f"{self.group} has no partitions yet."
                if idle < PATIENCE
                else (f"{self.group} has had no partitions for {idle:.0f} s: is Kafka up?")
            )
        if idle > PATIENCE:
            return (
                f"{self.group} is {self._lag()} records behind, without progress for {idle:.0f} s."
            )
        return None

    def _lag(self) -> int:
        behind = 0
        for partition in self._at:
            with contextlib.suppress(IllegalStateError):  # no longer ours
                end = self._kafka.highwater(partition)
                behind += max(0, (end or 0) - self._at[partition])
        return behind

    async def run(self) -> None:
        """Consume until cancelled; it may be run again."""
        while True:
            try:
                await self._consume()
            except ClientEnded as reason:
                log.warning("a consumer begins again", topic=self.topic, reason=str(reason))

    async def _consume(self) -> None:
        self._at.clear()
        self._unseeked.clear()
        self._assigned = False
        self._progressed = time.monotonic()
        self._kafka = self._client()
        monitor = asyncio.create_task(self._tell_monitors())
        try:
            await self._join()
            while True:
                check_alive(self._kafka)
                try:
                    await self._turn()
                except Stopped as reason:
                    self._stop(f"{reason} To go on with the log as it is, run `{self._remedy}`.")
                    await asyncio.sleep(STOPPED_FOR)
                except (*TRANSIENT, KafkaError, OutOfStep) as error:
                    log.warning(
                        "a consumer tries again", topic=self.topic, error=type(error).__name__
                    )
                    await asyncio.sleep(0.5)
        finally:
            monitor.cancel()
            await leave(self._kafka)

    async def _join(self) -> None:
        await start(self._kafka)  # before it is told of the topic, which it would wait for
        self._kafka.subscribe([self.topic], listener=self)

    def _stop(self, reason: str) -> None:
        if self._stopped != reason:
            log.error("a consumer stopped", topic=self.topic, reason=reason)
        self._stopped = reason

    def _client(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            client_id=f"{self.group}.{self._instance}",
            group_id=self.group,
            group_instance_id=f"{self.group}.{self._instance}",
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            session_timeout_ms=SESSION,
            heartbeat_interval_ms=HEARTBEAT,
            max_poll_interval_ms=MAX_POLL_INTERVAL,
            fetch_max_wait_ms=500,
            metadata_max_age_ms=60_000,
        )

    async def on_partitions_revoked(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, revoked: Sequence[TopicPartition]
    ) -> None:
        faults.point("K7")
        del revoked  # the protocol is eager: all are taken away before any is given
        self._at.clear()
        self._unseeked.clear()

    async def on_partitions_assigned(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, assigned: Sequence[TopicPartition]
    ) -> None:
        self._unseeked = set(assigned)
        try:
            await self._seek()
        except Exception as error:  # noqa: BLE001 - aiokafka would swallow it: the turn seeks again
            log.warning("seek failed", topic=self.topic, error=type(error).__name__)

    async def _seek(self) -> None:
        """Go to the stored position of every partition whose place is not known.

        Raises Stopped where the stored position cannot be of this log.
        """
        # Of all at once: what we ask the broker waits for the fetch that is under way.
        waiting = sorted(self._unseeked)
        log = self._log = await self._log_now()
        starts = await self._kafka.beginning_offsets(waiting)
        async with self._database.transaction() as connection:
            await self._handler.begin(connection)
            stored = {
                partition: await self._positions.locate(
                    connection, partition, log=log, start=starts[partition]
                )
                for partition in waiting
            }
        # Asked last, so that no end is older than the position that it is compared with.
        ends = await self._kafka.end_offsets(waiting)
        for partition, position in stored.items():
            check(partition, position, end=ends[partition])
            if partition not in self._unseeked:
                return  # taken away meanwhile
            self._kafka.seek(partition, position)
            self._at[partition] = position
            self._unseeked.discard(partition)
        self._assigned = True
        self._stopped = None
        self._progressed = time.monotonic()

    async def _log_now(self) -> LogId:
        try:
            return await log_id(self._kafka._client, self.topic)  # pyright: ignore
        except UnknownTopicOrPartitionError:
            raise Stopped(f"Kafka has no topic {self.topic}: make it with `prepare`.") from None

    async def _compare(self) -> None:
        """Seek again where less is stored than we have handled, and where the log is another.

        A restored database has lost something, or one that crashed where commits do not wait for
        the disk; and a topic may be made anew. Nobody tells us.
        """
        log_now = await self._log_now()
        if log_now != self._log or not self._kafka.partitions_for_topic(self.topic):
            self._log = log_now
            self._unseeked |= set(self._at)
            await self._kafka._client.force_metadata_update()  # pyright: ignore
        async with self._database.connection() as connection:
            stored = await self._positions.stored(connection, self.topic)
        self._compared = time.monotonic()
        self._unseeked |= {
            partition
            for partition, at in self._at.items()
            if stored.get(partition.partition, 0) < at
        }

    async def _turn(self) -> None:
        if time.monotonic() - self._compared > COMPARE_EVERY:
            await self._compare()
        if self._unseeked:
            await self._seek()
        if not self._at:
            self._progressed = time.monotonic()
            await asyncio.sleep(0.02)
            return
        pending = set(self._at)  # an error at one partition may take what others were about to give
        try:
            fetched = await self._kafka.getmany(*self._at, timeout_ms=500, max_records=self._most)
            pending = set(fetched)
            if fetched:
                await self._handle_in_time(fetched)
            pending.clear()
        finally:
            # What was fetched and not handled is lost to this process: it is read again.
            self._unseeked |= pending & set(self._at)
        lag = self._lag()
        if not lag:  # there is nothing to make progress with
            self._progressed = time.monotonic()
        metrics.CONSUMER_LAG.labels(self.topic).set(lag)

    async def _handle_in_time(self, fetched: Fetched) -> None:
        """Handle records, and learn how many the next turn may take."""
        faults.point("K1")
        began = time.monotonic()
        with metrics.HANDLER_SECONDS.labels(self.topic).time():
            await self._handling.handle(fetched)
        count = sum(map(len, fetched.values()))
        self.records += count
        self._progressed = time.monotonic()
        self._most = _suited(count, self._most, self._progressed - began)
        self._after_commit()

    async def _tell_monitors(self) -> None:
        """Commit group offsets now and then, for tools that show lag; nothing reads them back."""
        while True:
            await asyncio.sleep(MONITOR_EVERY)
            with contextlib.suppress(KafkaError, IllegalStateError):
                if self._at:
                    await self._kafka.commit(dict(self._at))


def _suited(count: int, most: int, took: float) -> int:
    """How many records the next turn may take, when the last one took so many in so long."""
    if took > LONGEST_TURN:
        return max(1, int(count * LONGEST_TURN / took))
    return min(MAX_RECORDS, 2 * most) if count == most else most
