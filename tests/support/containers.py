"""PostgreSQL and Kafka for tests from containers, reached on this machine only.

What costs seconds to import is imported once a container engine is known to be there.
"""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from cairn_local.kafka import Kafka
from cairn_local.postgres import SUPERUSER, Postgres
from cairn_local.settings import HOST
from support.servers import free_ports
from support.waiting import eventually

POSTGRES = "pgvector/pgvector:pg17"
KAFKA = "apache/kafka:4.1.2"
SESSION = "cairn.tests.session"  # the label that says whose a container is: machine and process
READY_WITHIN = 120.0  # seconds


def why_not(images: Sequence[str] = (POSTGRES, KAFKA)) -> str | None:
    """Why containers of these images cannot be had at once, in a sentence; None where they can."""
    engine = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    if engine.scheme != "unix" or not Path(engine.path).is_socket():
        return "there is no container engine on this machine"
    if not _listens(engine.path):  # the client would leave its socket open
        return "the container engine does not run"
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=5)
    except DockerException as error:
        return f"the container engine does not answer ({type(error).__name__})"
    try:
        here = {tag for image in client.images.list() for tag in image.tags}
    finally:
        client.close()
    missing = [image for image in images if image not in here]
    return f"the images {', '.join(missing)} are not on this machine" if missing else None


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


@asynccontextmanager
async def container_postgres() -> AsyncGenerator[str]:
    """Run one whose data goes with it; gives the superuser's DSN."""
    [port] = free_ports(1)
    postgres = Postgres(Path(), port, "for-tests")
    environment = {
        "POSTGRES_USER": SUPERUSER,
        "POSTGRES_PASSWORD": postgres.password,
        "POSTGRES_INITDB_ARGS": "--locale-provider=builtin --builtin-locale=C.UTF-8 --no-sync",
    }
    settings = ("max_connections=200", "jit=off", "fsync=off", "full_page_writes=off")
    command = ["postgres", *(part for setting in settings for part in ("-c", setting))]
    async with _container(POSTGRES, environment, {5432: port}, command):
        await eventually(lambda: _ready(postgres), within=READY_WITHIN)
        yield postgres.dsn


@asynccontextmanager
async def container_kafka() -> AsyncGenerator[str]:
    """Run one node whose records go with it; gives its address."""
    [port] = free_ports(1)
    kafka = Kafka(Path(), port, controller_port=0)
    environment = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        # Clients go on to the address that is advertised, so it is that of this machine.
        "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://localhost:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{kafka.address}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_HEAP_OPTS": "-Xmx384m",
    }
    async with _container(KAFKA, environment, {port: port}):
        await eventually(lambda: _ready(kafka), within=READY_WITHIN)
        yield kafka.address


async def _ready(server: Postgres | Kafka) -> bool:
    return await server.problem() is None


@asynccontextmanager
async def _container(
    image: str,
    environment: Mapping[str, str],
    ports: Mapping[int, int],
    command: list[str] | None = None,
) -> AsyncGenerator[None]:
    """A container that runs for as long as the block does. `ports`: the container's, then ours."""
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.container import DockerContainer

    testcontainers_config.ryuk_disabled = True  # one more image, for what _remove_left_over does
    labels = {SESSION: f"{socket.gethostname()} {os.getpid()}"}
    container = DockerContainer(image, env=dict(environment), labels=labels)
    if command is not None:
        container.with_command(command)
    for inside, outside in ports.items():
        # testcontainers' own ways to say this listen on every address of the machine.
        container.ports[f"{inside}/tcp"] = (HOST, outside)  # pyright: ignore[reportArgumentType]
    await asyncio.to_thread(_remove_left_over)
    await asyncio.to_thread(container.start)
    try:
        yield
    finally:
        await asyncio.to_thread(container.stop)


def _remove_left_over() -> None:
    """Remove the containers of sessions on this machine that were killed before they could."""
    import docker
    from docker.errors import APIError

    client = docker.from_env()
    try:
        for container in client.containers.list(filters={"label": SESSION}):
            machine, _, process = container.labels[SESSION].partition(" ")
            if machine == socket.gethostname() and not psutil.pid_exists(int(process)):
                with suppress(APIError):  # another session was quicker
                    container.remove(force=True, v=True)
    finally:
        client.close()
