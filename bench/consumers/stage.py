"""What stands around the measured process: database, the topic's events, the stored position."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from aiokafka import AIOKafkaProducer

from bench.servers import Servers
from chassis.cluster import administering
from chassis.envelope import Envelope
from chassis.ids import new_id
from chassis.preparation import prepare
from chassis.subscriptions import Subscriptions
from chassis.topics import ends
from contracts.catalogue import TOPICS
from contracts.matching import PAIRING, Pairing, PairingChange, PairingStatus, Reason
from gateway.main import MIGRATIONS as GATEWAY_MIGRATIONS
from sessions.main import service as sessions

TOPIC = TOPICS[PAIRING]
ORGANISATION = new_id()
PATIENCE = 60.0  # seconds

Headers = list[tuple[str, bytes | None]]


class Record(msgspec.Struct):
    key: bytes
    value: bytes | None
    headers: Headers
    partition: int | None = None


def ended_pairing(id: UUID | None = None, version: int = 1) -> Record:  # noqa: A002
    """The record of a pairing that was ended: a copy to keep, and a reaction to it."""
    now = datetime.now(UTC)
    pairing = Pairing(
        id=id or new_id(),
        organisation_id=ORGANISATION,
        programme_id=new_id(),
        mentor_id=new_id(),
        mentee_id=new_id(),
        status=PairingStatus.ENDED,
        score=0.81,
        reasons=[
            Reason(criterion="skills", sentence="Offers SQL, which is sought.", share=0.5),
            Reason(criterion="languages", sentence="Both speak Portuguese.", share=0.31),
        ],
        proposed_at=now,
        closed_at=now,
        closing_reason="We have reached what we set out for.",
    )
    envelope = Envelope(
        id=new_id(),
        source="matching",
        type=PairingChange.ENDED,
        subject=pairing.id,
        time=now,
        organisation_id=ORGANISATION,
        version=version,
        actor=str(pairing.mentee_id),
        causation_id=new_id(),
        correlation_id=new_id(),
    )
    headers: Headers = [(name, text.encode()) for name, text in envelope.headers().items()]
    return Record(str(pairing.id).encode(), msgspec.json.encode(pairing), headers)


class Stage:
    """A service's database and the topic, seen from outside of the measured process."""

    def __init__(
        self, service: str, dsns: Mapping[str, str], servers: Servers, watching: asyncpg.Connection
    ) -> None:
        self.service = service
        self.watching = watching
        self.postgres_pid = servers.postgres_pid
        self.dsns = dsns
        self.kafka = servers.kafka
        self._moved = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, service: str, servers: Servers) -> AsyncGenerator["Stage"]:
        dsns = await servers.database(service)
        await prepare(
            owner_dsn=dsns["owner"],
            kafka=servers.kafka,
            migrations=sessions.migrations if service == "sessions" else GATEWAY_MIGRATIONS,
            publishes=(),
            hears=[TOPIC],
            subscriptions=sessions.subscriptions if service == "sessions" else Subscriptions(),
        )
        watching = await asyncpg.connect(dsns["superuser"])
        stage = cls(service, dsns, servers, watching)
        await watching.add_listener("moved", lambda *_: stage._moved.set())
        try:
            yield stage
        finally:
            await watching.close()

    @asynccontextmanager
    async def worker(self, loop: str) -> AsyncGenerator[int]:
        """The measured process, with its partitions; gives its id."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.consumers.worker"),
            *(loop, self.service, self.dsns["pipe"], self.kafka),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE):
                if await process.stdout.readline() != b"ready\n":
                    raise RuntimeError(f"{loop} did not start")
            yield process.pid
        finally:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
            await process.wait()

    @asynccontextmanager
    async def producer(self) -> AsyncGenerator["Producer"]:
        kafka = AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all")
        await kafka.start()
        try:
            yield Producer(kafka)
        finally:
            await kafka.stop()

    async def skip_to_end(self) -> None:
        """Store the log's end as the position: what lies before it is done with."""
        async with administering(self.kafka) as admin:
            cluster = str((await admin.describe_cluster())["cluster_id"])
        log = await ends(self.kafka, [TOPIC])
        await self.watching.executemany(
            """
            insert into cairn.positions (topic, partition, next, cluster) values ($1, $2, $3, $4)
            on conflict (topic, partition) do update set next = excluded.next
            """,
            [(topic, partition, end, cluster) for (topic, partition), end in log.items()],
        )

    async def position(self) -> int:
        """The stored positions of all partitions, added up."""
        return await count(self.watching, "select sum(next)::bigint from cairn.positions")

    async def until(self, position: int) -> None:
        """Until the stored positions add up to so much."""
        async with asyncio.timeout(PATIENCE):
            while await self.position() < position:
                await asyncio.sleep(0.005)

    @asynccontextmanager
    async def telling(self) -> AsyncGenerator[None]:
        """Have the database tell of every commit that moves a position."""
        await self.watching.execute(
            """
            create function moved() returns trigger language plpgsql as
                $$ begin notify moved; return null; end $$;
            create trigger moved after update of next on cairn.positions execute function moved();
            """
        )
        try:
            yield
        finally:
            await self.watching.execute("drop function moved() cascade")

    async def moved(self) -> float:
        """The moment at which the database told of a commit."""
        async with asyncio.timeout(PATIENCE):
            await self._moved.wait()
        self._moved.clear()
        return time.perf_counter()


class Producer:
    def __init__(self, kafka: AIOKafkaProducer) -> None:
        self._kafka = kafka

    async def send(self, *records: Record) -> None:
        """Publish in order, and wait until the log has them all."""
        sent = [
            await self._kafka.send(
                PAIRING,
                record.value,
                key=record.key,
                headers=record.headers,
                partition=record.partition,
            )
            for record in records
        ]
        await asyncio.gather(*sent)


async def count(connection: asyncpg.Connection, query: str, *arguments: Any) -> int:
    """The one number that a query gives."""
    number = await connection.fetchval(query, *arguments)
    assert isinstance(number, int)
    return number


@asynccontextmanager
async def held(pid: int) -> AsyncGenerator[None]:
    """Hold a process still, so that what is published meanwhile is a backlog to it."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
