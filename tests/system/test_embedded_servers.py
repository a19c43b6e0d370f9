"""The embedded PostgreSQL and Kafka are real, and keep what they are given."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from cairn_local.errors import PlatformError
from cairn_local.postgres import Postgres
from support.databases import ServiceDatabase
from support.servers import (
    embedded_kafka,
    embedded_postgres,
    kafka_for_tests,
    postgres_for_tests,
)


@asynccontextmanager
async def connected(dsn: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def administering(address: str) -> AsyncGenerator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@pytest.mark.parametrize("version", [16, 18])
async def test_postgres_keeps_its_data_over_a_restart(tmp_path: Path, version: int) -> None:
    cluster = postgres_for_tests(tmp_path, version=version)
    async with embedded_postgres(cluster) as dsn, connected(dsn) as connection:
        assert connection.get_server_version().major == version
        await connection.execute("create table stones as select 'Ørsted' as name")
    async with embedded_postgres(cluster) as dsn, connected(dsn) as connection:
        assert await connection.fetchval("select lower(name) from stones") == "ørsted"


async def test_postgres_with_another_password_says_what_to_do(tmp_path: Path) -> None:
    cluster = postgres_for_tests(tmp_path)
    async with embedded_postgres(cluster):
        stranger = Postgres(cluster.data, cluster.port, "another")
        with pytest.raises(PlatformError, match="make clean"):
            await stranger.problem()


async def test_a_server_whose_port_is_taken_shows_its_log(tmp_path: Path) -> None:
    cluster = postgres_for_tests(tmp_path)
    with (
        socket.create_server(("127.0.0.1", cluster.port)),
        pytest.raises(PlatformError, match="could not bind"),
    ):
        async with embedded_postgres(cluster):
            pass


async def test_kafka_keeps_its_records_over_a_restart(tmp_path: Path) -> None:
    broker = kafka_for_tests(tmp_path)
    async with embedded_kafka(broker) as address:
        async with administering(address) as admin:
            await admin.create_topics([NewTopic("stones", 1, 1)])
        async with AIOKafkaProducer(bootstrap_servers=address, acks="all") as producer:
            await producer.send_and_wait("stones", b"granite", key=b"1")
    partition = TopicPartition("stones", 0)
    async with (
        embedded_kafka(broker) as address,
        AIOKafkaConsumer(bootstrap_servers=address) as consumer,
    ):
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        record = await asyncio.wait_for(consumer.getone(), 10)
        assert (record.key, record.value) == (b"1", b"granite")


async def test_kafka_makes_no_topic_on_first_use(kafka: str) -> None:
    async with administering(kafka) as admin:
        await admin.describe_topics(["never-made"])
        assert "never-made" not in await admin.list_topics()


async def test_a_services_database_is_fresh_each_time(
    database: Callable[[str], Awaitable[ServiceDatabase]],
) -> None:
    first = await database("matching")
    async with connected(first.owner) as connection:
        await connection.execute("create table stones ()")
    second = await database("matching")
    async with connected(second.superuser) as connection:
        assert await connection.fetchval("select to_regclass('stones')") is None
