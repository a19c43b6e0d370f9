"""A log that lets go within seconds, and what it still has on disk."""

import re
from collections.abc import Iterable
from pathlib import Path

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from chassis import beats
from chassis.cluster import administering
from chassis.events import BEAT
from chassis.topics import SETTINGS
from contracts.catalogue import TOPICS
from support.ledger import producing
from support.running import RunningPlatform

HURRIED = SETTINGS | {
    "segment.ms": "500",
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": "1000",
    "min.cleanable.dirty.ratio": "0.001",
    "file.delete.delay.ms": "100",
    "compression.type": "uncompressed",  # or no word could be found in it
}
BROKER = "1"  # the one node of the embedded platform


async def hurry(kafka: str) -> None:
    """Have the broker clean the topics all the time, of what is written from now on."""
    async with administering(kafka) as admin:
        answers = await admin.alter_configs(
            [
                *(ConfigResource(ConfigResourceType.TOPIC, name, HURRIED) for name in TOPICS),
                ConfigResource(
                    ConfigResourceType.BROKER, BROKER, {"log.cleaner.backoff.ms": "200"}
                ),
            ]
        )
    for answer in answers:
        for code, message, *_ in answer.resources:  # pyright: ignore
            assert code == 0, for_code(code)(message)


async def beat(kafka: str, segments: Iterable[str]) -> None:
    """Beat as relays do each hour, where these segments are: there, nobody else writes any more."""
    partitions = {segment.partition("/")[0].rpartition("-") for segment in segments}
    async with producing(kafka) as producer:
        for topic, _, partition in partitions:
            await producer.send(
                topic, beats.VALUE, key=BEAT, headers=beats.HEADERS, partition=int(partition)
            )
        await producer.flush()


def in_log(platform: RunningPlatform, words: Iterable[str]) -> dict[str, list[str]]:
    """Which of the words are in the bytes of which segments: `topic-partition/file`."""
    pattern = re.compile(b"|".join(re.escape(word.encode()) for word in words))
    found: dict[str, list[str]] = {}
    for segment in sorted((platform.folder.kafka / "data").rglob("*.log*")):
        if hits := set(pattern.findall(_bytes(segment))):
            name = f"{segment.parent.name}/{segment.name}"
            found[name] = sorted(hit.decode() for hit in hits)
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # deleted since it was listed
        return b""
