"""Whether the stored positions are of the log there is, and every reaction has been born."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping

import asyncpg
from aiokafka.consumer import AIOKafkaConsumer
from aiokafka.errors import UnknownTopicOrPartitionError

from chassis.checks.findings import Checked, Finding
from chassis.cluster import Described, describe_topics
from chassis.kafka_client import running
from chassis.positions import LONGEST_SLEEP
from chassis.topic_ids import LogId, log_id


async def check(checked: Checked) -> Iterable[Finding]:
    found = [each async for each in _wrong(checked)]
    return found or [
        Finding(
            level="ok",
            where=checked.service,
            what="Its positions are of this log, and its reactions were born.",
        )
    ]


async def _wrong(checked: Checked) -> AsyncGenerator[Finding]:
    connection = await asyncpg.connect(checked.pipe, timeout=5, command_timeout=10)
    try:
        positions = await connection.fetch(
            "select topic, partition, next, cluster, topic_id,"
            " extract(day from now() - moved_at)::int as slept"
            " from cairn.positions order by topic, partition"
        )
        births = await connection.fetch(
            "select reaction, topic, count(*) as partitions from cairn.births group by 1, 2"
        )
        standstill = await connection.fetchval("select reason from cairn.standstill")
    finally:
        await connection.close(timeout=2)
    if standstill:
        yield Finding(level="wrong", where=checked.service, what=f"It stands still: {standstill}")
    born = {(row["reaction"], row["topic"]): row["partitions"] for row in births}
    for finding in _unborn(checked, born):
        yield finding
    topics = await describe_topics(checked.settings.kafka, [each.name for each in checked.hears])
    logs = await _logs(checked)
    misplaced: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in positions:
        if what := _misplaced(row, logs.get(row["topic"]), topics.get(row["topic"])):
            misplaced[row["topic"], what].append(str(row["partition"]))
    for (topic, what), partitions in misplaced.items():
        rebuilt = checked.service if checked.service == "gateway" else f"{checked.service} {topic}"
        yield Finding(
            level="wrong",
            where=f"{checked.service}, {topic} {', '.join(partitions)}",
            what=what,
            remedy=f"Is CAIRN_KAFKA right? If the log is as it will be: cairn rebuild {rebuilt}",
        )


def _unborn(checked: Checked, born: Mapping[tuple[str, str], int]) -> Iterable[Finding]:
    partitions = {topic.name: topic.partitions for topic in checked.hears}
    for name, reaction in checked.subscriptions.reactions.items():
        if born.get((name, reaction.topic), 0) != partitions[reaction.topic]:
            yield Finding(
                level="wrong",
                where=checked.service,
                what=f"Births of its reaction {name} are missing: it cannot start.",
                remedy=f"python -m {checked.service} prepare",
            )


async def _logs(checked: Checked) -> dict[str, LogId]:
    """The ids of the topics that are heard; those that are missing are left out."""
    found: dict[str, LogId] = {}
    async with running(AIOKafkaConsumer(bootstrap_servers=checked.settings.kafka)) as consumer:
        for topic in checked.hears:
            try:
                found[topic.name] = await log_id(consumer._client, topic.name)  # pyright: ignore
            except UnknownTopicOrPartitionError:
                continue
    return found


def _misplaced(row: asyncpg.Record, log: LogId | None, topic: Described | None) -> str | None:
    """Why a position cannot be of the log, if so. A topic that is gone is said elsewhere."""
    if log is None or topic is None:
        return None
    if row["cluster"] != log.cluster:
        return "Its position is of another Kafka cluster."
    if row["topic_id"] is not None and row["topic_id"] != log.topic:
        return "Its position is of a topic that is gone: this one was made anew."
    partition = next((each for each in topic.partitions if each.number == row["partition"]), None)
    if partition is None:
        return "Its position is of a partition that the topic does not have."
    if row["next"] > partition.end:
        return f"Its position {row['next']} is past the log's end {partition.end}."
    if row["next"] < partition.first:
        return (
            f"Its position is {row['next']} and the log begins at {partition.first}: records are"
            " gone that were never read."
        )
    if row["slept"] >= LONGEST_SLEEP:
        return (
            f"Its position has not moved for {row['slept']} days: the log may have forgotten what"
            " was erased since."
        )
    return None
