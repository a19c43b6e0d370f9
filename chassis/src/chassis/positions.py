"""Where a consumer stands in each partition: the row in the database is the only position."""

from aiokafka import TopicPartition

from chassis.database import Connection


class OutOfStep(Exception):  # noqa: N818
    """What was read does not follow on what the database has: read again from its position."""


class Stopped(Exception):  # noqa: N818
    """The stored position cannot be of this log; going on would lose or double events."""


async def locate(
    connection: Connection, partition: TopicPartition, *, cluster: str, start: int
) -> int:
    """The stored position; a partition that was never read begins at the log's start.

    Raises Stopped, with what to do.
    """
    # Two statements: where another inserts the row at the same time, only a later one can see it.
    await connection.execute(
        """
        insert into cairn.positions (topic, partition, next, cluster)
        values ($1, $2, $3, $4) on conflict do nothing
        """,
        partition.topic,
        partition.partition,
        start,
        cluster,
    )
    row = await connection.fetchrow(
        "select next, cluster from cairn.positions where topic = $1 and partition = $2",
        partition.topic,
        partition.partition,
    )
    assert row is not None
    where = _where(partition)
    if row["cluster"] != cluster:
        raise Stopped(f"{where} is of another Kafka cluster. Restore that cluster, or rebuild.")
    if row["next"] < start:
        raise Stopped(
            f"{where} is {row['next']}, but the log begins at {start}: records are gone that were"
            " never read. Rebuild."
        )
    return row["next"]


def check(partition: TopicPartition, position: int, *, end: int) -> None:
    """Refuse a position past the log's end, which must have been asked after it was read.

    Raises Stopped, with what to do.
    """
    if position > end:
        raise Stopped(
            f"{_where(partition)} is {position}, past the log's end {end}: the topic was made anew"
            " or lost records. Restore it, or rebuild."
        )


def _where(partition: TopicPartition) -> str:
    return f"The stored position of {partition.topic}, partition {partition.partition},"


async def stored(connection: Connection, topic: str) -> dict[int, int]:
    """The stored position of each of a topic's partitions."""
    rows = await connection.fetch(
        "select partition, next from cairn.positions where topic = $1", topic
    )
    return {row["partition"]: row["next"] for row in rows}


async def lock(connection: Connection, partition: TopicPartition, *, read_from: int) -> int:
    """Lock the position for the transaction, and return it.

    `read_from` is where we read the records from. Raises OutOfStep when that is past the position:
    then somebody moved it back, and what lies between was not handled.
    """
    position = await connection.fetchval(
        "select next from cairn.positions where topic = $1 and partition = $2 for update",
        partition.topic,
        partition.partition,
    )
    if position is None or read_from > position:
        raise OutOfStep(f"{partition.topic} {partition.partition} moved back")
    return position


async def move(connection: Connection, partition: TopicPartition, next_offset: int) -> None:
    await connection.execute(
        """
        update cairn.positions set next = $3, moved_at = now()
        where topic = $1 and partition = $2
        """,
        partition.topic,
        partition.partition,
        next_offset,
    )
