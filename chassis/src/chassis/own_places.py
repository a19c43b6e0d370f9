"""How far an owner has compared its own log with its database: a row for each partition."""

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.database import Database
from chassis.topic_ids import LogId, log_id


class OwnPlaces:
    """The places of one reader."""

    def __init__(self, pipe: Database) -> None:
        self._pipe = pipe
        self._logs: dict[str, LogId] = {}

    async def seek(self, consumer: AIOKafkaConsumer) -> None:
        """Go where the last reader got to; in another log than its was, stay at the beginning."""
        partitions: list[TopicPartition] = sorted(consumer.assignment())
        for topic in {partition.topic for partition in partitions}:
            self._logs[topic] = await log_id(consumer._client, topic)  # pyright: ignore
        async with self._pipe.connection() as connection:
            rows = await connection.fetch(
                "select topic, partition, next, cluster, topic_id from cairn.healing"
            )
        stored = {
            TopicPartition(row["topic"], row["partition"]): row["next"]
            for row in rows
            if self._logs.get(row["topic"]) == (row["cluster"], row["topic_id"])
        }
        ends = await consumer.end_offsets(partitions)
        for partition in partitions:
            if stored.get(partition, ends[partition] + 1) <= ends[partition]:
                consumer.seek(partition, stored[partition])
            else:
                await consumer.seek_to_beginning(partition)

    async def keep(self, places: Mapping[TopicPartition, int]) -> None:
        """Remember places of the log that `seek` found."""
        if not places:
            return
        logs = [self._logs[partition.topic] for partition in places]
        async with self._pipe.connection() as connection:
            await connection.execute(
                """
                insert into cairn.healing (topic, partition, next, cluster, topic_id)
                select * from unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::uuid[])
                on conflict (topic, partition) do update
                    set next = excluded.next, cluster = excluded.cluster,
                        topic_id = excluded.topic_id
                """,
                [partition.topic for partition in places],
                [partition.partition for partition in places],
                list(places.values()),
                [log.cluster for log in logs],
                [log.topic for log in logs],
            )
