"""The relay: publishes what waits in the outbox, one relay per service at a time.

A session advisory lock elects it; every instance stands by, and one that falls silent is followed
by another: the server ends its session. It reads what is there, never from a
remembered position, since rows become visible in another order than their numbers.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import asyncpg
import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from asyncpg import Record
from opentelemetry import propagate
from opentelemetry.trace import Span, SpanKind

from chassis import faults, metrics, telemetry
from chassis.batches import MAX_BATCH, Batches, Headers
from chassis.database import COMMAND_TIMEOUT, TRANSIENT, prepare_connection, server_settings
from chassis.doorbell import Doorbell
from chassis.kafka_client import drop, start
from chassis.logs import logger
from chassis.outbox import BULK_RATE, Lane
from chassis.serving import beside

CHANNEL = "cairn_outbox"
POLL = 0.5  # seconds between looks at the outbox when nobody rings
INTERACTIVE_BATCH = 2000  # events; what a batch costs and waits for is shared by them
BULK_BATCH = 200  # small, so that a tap never waits long behind an import
SIGN_OF_LIFE = 1.0  # seconds between our statements on the lock's session while we wait for Kafka
SILENCE = 5.0  # seconds without one after which the server ends that session: we were paused
PUBLISH_DEADLINE = 10.0  # seconds; after it the outcome is unknown and the rows stay
# A plan is kept, and made while the outbox is all but empty: it would read or sort the whole of a
# backlog for every few rows, were it not to walk an index in order. And no deletion need wait for
# the disk: what is lost of them, which are the last ones, is published again.
SESSION = {
    "idle_session_timeout": str(int(SILENCE * 1000)),
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "synchronous_commit": "off",
}
MOST_COUNTED = 10_000  # waiting events, so that counting them never holds up those who wait

log = logger("chassis.relay")

T = TypeVar("T")

# `offset 0` keeps the planner from making joins of the look-ups by key: where it believes one side
# small it would compare every row of both, and a backlog would never end.
_FREE = """
    select position, lane, topic, key, headers, body from cairn.outbox as row
    where parked is null and lane = {lane}
      and not exists (select from cairn.outbox as stuck
                      where stuck.topic = row.topic and stuck.key = row.key
                        and stuck.parked is not null offset 0)
"""

# Both lanes in one snapshot: a bulk row is never seen without an older interactive one of its key.
_BATCH = f"""
    ({_FREE.format(lane=0)} order by position limit $1)
    union all
    ({_FREE.format(lane=1)}
        and not exists (select from cairn.outbox as older
                        where older.topic = row.topic and older.key = row.key and older.lane = 0
                        offset 0)
     order by position limit $2)
"""

_WAITING = """
    select (select count(*) from (select from cairn.outbox where lane = {lane} and parked is null
                                  order by position limit {most}) as counted) as depth,
           coalesce((select extract(epoch from now() - created_at) from cairn.outbox
                     where lane = {lane} and parked is null order by position limit 1), 0) as age
"""
_STATE = " union all ".join(_WAITING.format(lane=lane, most=MOST_COUNTED) for lane in Lane)
_PARKED = "select count(*) from cairn.outbox where parked is not null"


class Relay:
    """Publishes a service's events. `dsn` is the database as the role of the pipes.

    `duties` run beside it, each for ever, in the one instance that is elected.
    """

    def __init__(
        self,
        *,
        dsn: str,
        kafka: str,
        service: str,
        duties: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self._dsn = dsn
        self._kafka = kafka
        self._service = service
        self._duties = duties
        self._doorbell = Doorbell(dsn, CHANNEL)
        self._leads = False
        self._bulk_due = 0.0  # the loop's time from which more of the bulk lane may go

    def wake(self) -> None:
        """Say that events wait; to the relay of another instance, if that is the one elected."""
        self._doorbell.ring(elsewhere=not self._leads)

    async def run(self) -> None:
        """Stand by, lead, and start again after trouble; until cancelled."""
        async with self._doorbell.open():
            while True:
                try:
                    await self._stand_by()
                except (*TRANSIENT, KafkaError) as error:
                    log.warning("the relay starts again", error=type(error).__name__)
                    await asyncio.sleep(0.5)
                finally:
                    self._leads = False
                    metrics.RELAY_LEADS.set(0)

    async def _stand_by(self) -> None:
        lock = await asyncpg.connect(
            self._dsn,
            command_timeout=COMMAND_TIMEOUT,
            server_settings=server_settings(f"{self._service} relay") | SESSION,
        )
        await prepare_connection(lock)
        lost = asyncio.Event()
        lock.add_termination_listener(lambda _: lost.set())
        try:
            elected = "select pg_try_advisory_lock(hashtext('cairn relay'))"
            while not await lock.fetchval(elected):
                await asyncio.sleep(POLL)
            faults.point("R1")
            await _until(lost, self._lead_with_duties(lock))
        finally:
            # Ending the session is what frees the lock; a frozen server must not hold us up.
            with contextlib.suppress(Exception):
                await lock.close(timeout=2)

    async def _lead_with_duties(self, lock: asyncpg.Connection) -> None:
        async with beside(*self._duties):
            await self._lead(lock)  # ends, and drops its producer, before anybody waits for them

    async def _lead(self, lock: asyncpg.Connection) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._kafka,
            client_id=f"{self._service}-relay",
            enable_idempotence=True,
            acks="all",
            max_batch_size=MAX_BATCH,
            compression_type="zstd",
        )
        try:
            await _measure(lock)  # of what waits, nothing else tells while Kafka is away
            await _holding(lock, start(producer))
            self._leads = True
            metrics.RELAY_LEADS.set(1)
            await lock.add_listener(CHANNEL, lambda *_: self._doorbell.rung.set())
            await self._publish_all(lock, producer)
        finally:
            await drop(producer)

    async def _publish_all(self, lock: asyncpg.Connection, producer: AIOKafkaProducer) -> None:
        loop = asyncio.get_running_loop()
        measured = 0.0
        while True:
            self._doorbell.rung.clear()
            published = await self._publish_batch(lock, producer)
            if loop.time() - measured > 1:
                measured = loop.time()
                await _measure(lock)
            if not published:
                until_bulk = self._bulk_due - loop.time()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(until_bulk if until_bulk > 0 else POLL):
                        await self._doorbell.rung.wait()

    async def _publish_batch(self, lock: asyncpg.Connection, producer: AIOKafkaProducer) -> int:
        now = asyncio.get_running_loop().time()
        bulk = BULK_BATCH if now >= self._bulk_due else 0
        rows = await lock.fetch(_BATCH, INTERACTIVE_BATCH, bulk)
        bulk = sum(row["lane"] == Lane.BULK for row in rows)
        if bulk:
            self._bulk_due = now + bulk / BULK_RATE
        if not rows:
            return 0
        faults.point("R2")
        async with asyncio.timeout(PUBLISH_DEADLINE):
            published, refused = await _holding(lock, _send(producer, rows))
        faults.point("R4")
        await lock.execute(
            "delete from cairn.outbox where position = any($1)",
            [row["position"] for row in published],
        )
        faults.point("R5")
        for topic, count in Counter(row["topic"] for row in published).items():
            metrics.RELAYED.labels(topic).inc(count)
        for position, reason in refused.items():
            log.error("an event was parked in the outbox", position=position, reason=reason)
            await lock.execute(
                "update cairn.outbox set parked = $2 where position = $1", position, reason
            )
        return len(rows)


async def _send(
    producer: AIOKafkaProducer, rows: Sequence[Record]
) -> tuple[list[Record], dict[int, str]]:
    """Publish in order; returns the rows that the log has, and why which others cannot go there.

    What is too large for every topic is seen before it is sent. A broker refuses whole batches, the
    innocent too, and later ones of their keys may have gone through: that is raised, and all stay.
    """
    batches = Batches(producer)
    published: list[Record] = []
    refused: dict[int, str] = {}
    stuck: set[tuple[str, Any]] = set()
    spans: list[Span] = []
    for row in rows:
        topic, key = row["topic"], row["key"]
        if stuck and (topic, key) in stuck:
            continue
        headers, span = _headers(row)
        try:
            await batches.add(topic, str(key).encode(), row["body"], headers)
        except MessageSizeTooLargeError as error:
            refused[row["position"]] = type(error).__name__
            stuck.add((topic, key))
        else:
            published.append(row)
            if span is not None:
                spans.append(span)
    await batches.send()
    faults.point("R3")
    try:
        await batches.acknowledged()
    finally:
        for span in spans:
            span.end()
    return published, refused


def _headers(row: Record) -> tuple[Headers, Span | None]:
    """The record's headers; a traced event travels on as a child of its own `send` span."""
    headers: dict[str, str] = msgspec.json.decode(row["headers"])
    if not headers.get("traceparent", "").endswith(("-01", "-03")):
        return _encoded(headers), None
    span = telemetry.tracer().start_span(
        f"send {row['topic']}",
        context=propagate.extract(headers),
        kind=SpanKind.PRODUCER,
        attributes={
            telemetry.SYSTEM: "kafka",
            telemetry.OPERATION: "send",
            telemetry.OPERATION_TYPE: "send",
            telemetry.DESTINATION: row["topic"],
            telemetry.EVENT_ID: headers["ce_id"],
        },
    )
    return _encoded(headers | telemetry.carrier_of(span)), span


def _encoded(headers: dict[str, str]) -> Headers:
    return [(name, value.encode()) for name, value in headers.items()]


async def _measure(lock: asyncpg.Connection) -> None:
    for lane, row in zip(Lane, await lock.fetch(_STATE), strict=True):
        metrics.OUTBOX_DEPTH.labels(lane.name.lower()).set(row["depth"])
        metrics.OUTBOX_AGE.labels(lane.name.lower()).set(float(row["age"]))
    metrics.OUTBOX_PARKED.set(await lock.fetchval(_PARKED) or 0)


async def _holding(lock: asyncpg.Connection, work: Coroutine[Any, Any, T]) -> T:
    """Do work that waits for Kafka, and let the lock's server know meanwhile that we are alive.

    A process that is paused keeps its connections: only its silence tells the server.
    """
    working = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([working], timeout=SIGN_OF_LIFE))[0]:
            await lock.execute("select 1")
        return working.result()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def _until(lost: asyncio.Event, work: Any) -> None:
    """Do the work until it fails or the lock is lost; then it is stopped where it stands."""
    working = asyncio.ensure_future(work)
    losing = asyncio.ensure_future(lost.wait())
    try:
        await asyncio.wait((working, losing), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        else:
            raise ConnectionResetError("the relay lost its lock")
    finally:
        for task in (working, losing):
            task.cancel()
        await asyncio.gather(working, losing, return_exceptions=True)
