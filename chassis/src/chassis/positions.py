"""Where a consumer stands in each partition: the row in the database is the only position."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka import TopicPartition

from chassis.database import Connection
from chassis.topic_ids import LogId

LONGEST_SLEEP = 15  # days; tombstones stay in the log for 30


class OutOfStep(Exception):  # noqa: N818
    """What was read does not follow on what the database has: read again from its position."""


class Stopped(Exception):  # noqa: N818
    """The stored position cannot be of this log; going on would lose or double events."""


@dataclass(frozen=True)
class Positions:
    """The positions of one reader of the log: a service's consumers, or a rebuild beside them."""

    table: str = "cairn.positions"

    async def locate(
        self, connection: Connection, partition: TopicPartition, *, log: LogId, start: int
    ) -> int:
        """The stored position; a partition that was never read begins at the log's start.

        Raises Stopped, with what is wrong.
        """
        # Two statements: where another inserts the row at once, only a later one can see it.
        await connection.execute(
            f"""
            insert into {self.table} as stored (topic, partition, next, cluster, topic_id)
            values ($1, $2, $3, $4, $5)
            on conflict (topic, partition)
                do update set topic_id = excluded.topic_id where stored.topic_id is null
            """,  # noqa: S608
            partition.topic,
            partition.partition,
            start,
            *log,
        )
        row = await connection.fetchrow(
            f"""
            select next, cluster, topic_id, extract(day from now() - moved_at)::int as slept
            from {self.table} where topic = $1 and partition = $2
            """,  # noqa: S608
            partition.topic,
            partition.partition,
        )
        assert row is not None
        where = _where(partition)
        if row["cluster"] != log.cluster:
            raise Stopped(f"{where} is of another Kafka cluster (is CAIRN_KAFKA right?).")
        if row["topic_id"] != log.topic:
            raise Stopped(f"{where} is of a topic that is gone: this one was made anew.")
        if row["next"] < start:
            raise Stopped(
                f"{where} is {row['next']}, but the log begins at {start}: records are gone that"
                " were never read."
            )
        if row["slept"] >= LONGEST_SLEEP:
            raise Stopped(
                f"{where} has not moved for {row['slept']} days: the log may have forgotten what"
                " was erased since."
            )
        return row["next"]

    async def stored(self, connection: Connection, topic: str) -> dict[int, int]:
        """The stored position of each of a topic's partitions."""
        rows = await connection.fetch(
            f"select partition, next from {self.table} where topic = $1",  # noqa: S608
            topic,
        )
        return {row["partition"]: row["next"] for row in rows}

    async def advance(
        self, connection: Connection, topic: str, read: Mapping[int, tuple[int, int]]
    ) -> dict[int, int]:
        """Lock the positions of some partitions, move them on, and return where they were.

        `read` says of each partition from which offset on records were read, and where they end.
        Raises OutOfStep when they begin past the position: then somebody moved it back, and what
        lies between was not handled.
        """
        rows = await connection.fetch(
            f"""
            with stored as (
                select partition, next from {self.table}
                where topic = $1 and partition = any($2) order by partition for update
            )
            update {self.table} as moved
            set next = greatest(stored.next, ends.next), moved_at = now()
            from stored join unnest($2::int[], $3::bigint[]) as ends (partition, next)
                using (partition)
            where moved.topic = $1 and moved.partition = stored.partition
            returning moved.partition, stored.next as was
            """,  # noqa: S608
            topic,
            list(read),
            [end for _, end in read.values()],
        )
        were: dict[int, int] = {row["partition"]: row["was"] for row in rows}
        for partition, (start, _) in read.items():
            if start > were.get(partition, -1):
                raise OutOfStep(f"{topic} {partition} moved back")
        return were


def check(partition: TopicPartition, position: int, *, end: int) -> None:
    """Refuse a position past the log's end, which must have been asked after it was read.

    Raises Stopped, with what is wrong.
    """
    if position > end:
        raise Stopped(
            f"{_where(partition)} is {position}, past the log's end {end}: the log lost records."
        )


def _where(partition: TopicPartition) -> str:
    return f"The stored position of {partition.topic}, partition {partition.partition},"
