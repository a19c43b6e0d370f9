"""What would lose events in this stack, tried on each loop: how many good records are handled."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench import figures
from bench.consumers.loops import LOOPS, StockBatch
from bench.consumers.stage import TOPIC, Producer, Record, Stage, count, ended_pairing
from bench.servers import Servers
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.ids import new_id
from gateway.projection import Projection

CONTENDERS: dict[str, type[Consumer]] = LOOPS | {"FastStream batch, its own parser": StockBatch}
ENOUGH = 15.0  # seconds after which what has not been handled counts as lost
GOOD = 6  # records around the trap

Trap = Callable[["Scene"], Awaitable[None]]


class Scene:
    """One loop before one trap: good records, of which each must be handled."""

    def __init__(
        self, stage: Stage, loop: type[Consumer], database: Database, send: Producer
    ) -> None:
        self.stage = stage
        self.send = send.send
        self.group = stage.service
        self._loop = loop
        self._database = database
        self.good = [_in_one_partition(ended_pairing()) for _ in range(GOOD)]

    @asynccontextmanager
    async def consuming(self) -> AsyncGenerator[None]:
        consumer = self._loop(
            service=self.group,
            topic=TOPIC.name,
            kafka=self.stage.kafka,
            instance="traps",
            database=self._database,
            handler=Projection(TOPIC),
            after_commit=lambda: None,
        )
        task = asyncio.create_task(consumer.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def handled(self) -> int:
        ids = [record.key.decode() for record in self.good]
        query = "select count(*) from pairings where id = any($1::text[]::uuid[])"
        return await count(self.stage.watching, query, ids)

    async def outcome(self) -> str:
        """How many of the good records are handled, and after how long."""
        began = time.monotonic()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENOUGH):
                while await self.handled() < GOOD:
                    await asyncio.sleep(0.02)
        took = time.monotonic() - began
        handled, parked = await self.handled(), await self._parked()
        lost = "" if handled == GOOD else f", {GOOD - handled} LOST"
        after = f" after {took:.1f} s" if handled == GOOD and took > 1 else ""
        return f"{handled} handled{after}{lost}, {parked} parked"

    async def _parked(self) -> int:
        return await count(self.stage.watching, "select count(*) from cairn.dead_letters")


def _in_one_partition(record: Record) -> Record:
    record.partition = 0
    return record


def _amid(spoil: Callable[[Record], None]) -> Trap:
    """A spoilt record between the good ones, in one batch with them."""

    async def trap(scene: Scene) -> None:
        bad = _in_one_partition(ended_pairing())
        spoil(bad)
        await scene.send(*scene.good[:3], bad, *scene.good[3:])

    return trap


def _null_header(record: Record) -> None:
    record.headers = [(n, None if n == "ce_actor" else v) for n, v in record.headers]


def _binary_header(record: Record) -> None:
    record.headers = [(n, b"\xff\xfe" if n == "ce_actor" else v) for n, v in record.headers]


def _refused_body(record: Record) -> None:
    record.value = b'{"id": 7'


def _tombstone(record: Record) -> None:
    record.value = None


async def _stored_position(scene: Scene) -> None:
    """The stored position lies before what the group has read: as after a restore."""
    await scene.send(*scene.good)
    async with scene.consuming():
        await scene.outcome()
    await scene.stage.watching.execute(
        "update cairn.positions set next = next - $1 where partition = 0", GOOD
    )
    await scene.stage.watching.execute("truncate pairings")


async def _first_start(scene: Scene) -> None:
    """A group that Kafka has no offsets of, though the database has its position."""
    scene.group = f"gateway-{new_id()}"
    await scene.send(*scene.good)


async def _seek_fails(scene: Scene) -> None:
    """The positions cannot be read for six seconds, longer than the lock's time-out."""
    await scene.send(*scene.good)
    locking = await asyncpg.connect(scene.stage.dsns["superuser"])
    await locking.execute("begin; lock table cairn.positions in access exclusive mode")
    asyncio.get_running_loop().call_later(6, locking.terminate)


TRAPS: dict[str, Trap] = {
    "a null header": _amid(_null_header),
    "a header that is not text": _amid(_binary_header),
    "a refused body": _amid(_refused_body),
    "a tombstone": _amid(_tombstone),
    "a stored position behind the group's": _stored_position,
    "a group that Kafka does not know": _first_start,
    "the seek fails at assignment": _seek_fails,
}


async def measure(servers: Servers) -> str:
    """Set every trap to every loop."""
    rows: list[list[str]] = []
    async with Stage.open("gateway", servers) as stage, stage.producer() as producer:
        await _tell_group(stage)
        for name, trap in TRAPS.items():
            row = [name]
            for loop in CONTENDERS.values():
                async with Database.open(stage.dsns["pipe"], name="traps") as database:
                    row.append(await _outcome(trap, Scene(stage, loop, database, producer)))
            rows.append(row)
    figures.keep("traps", rows)
    return figures.table([f"of {GOOD} good records, with", *CONTENDERS], rows)


async def _outcome(trap: Trap, scene: Scene) -> str:
    await scene.stage.skip_to_end()
    await scene.stage.watching.execute("truncate pairings, cairn.dead_letters")
    await trap(scene)
    async with scene.consuming():
        return await scene.outcome()


async def _tell_group(stage: Stage) -> None:
    """Commit the group's offsets, as the consumer does for monitors when it has run a while."""
    group = f"{stage.service}.{TOPIC.name}"
    kafka = AIOKafkaConsumer(bootstrap_servers=stage.kafka, group_id=group)
    await kafka.start()
    try:
        partitions = [TopicPartition(TOPIC.name, number) for number in range(TOPIC.partitions)]
        kafka.assign(partitions)
        await kafka.commit(await kafka.end_offsets(partitions))
    finally:
        await kafka.stop()
