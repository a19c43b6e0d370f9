"""Positions and births that fit the log as it is."""

import asyncpg

from chassis import births
from chassis.database import Database
from chassis.topics import Topic, ends, offsets_at, starts


async def fit(owner: asyncpg.Connection, kafka: str, topic: Topic) -> bool:
    """Have a topic's consumer go on where it can; returns whether the log is another.

    The log's ids are taken from where it was read again. Where it is the one that the consumer
    knows, its position stays, past what is gone, so that no reaction is lost. Where it is another
    one, or has lost records, all of it is read: reactions know what they have handled, and are as
    old as they were.
    """
    begins = await starts(kafka, [topic])
    async with owner.transaction():
        # Whoever consumes waits here, and finds its position moved.
        stored = await owner.fetch(
            """
            select stored.partition, stored.next,
                stored.cluster = found.cluster
                    and coalesce(stored.topic_id = found.topic_id, true) as is_of_it
            from cairn.positions as stored
            join cairn.rebuilding as found using (topic, partition)
            where topic = $1 order by partition for update of stored
            """,
            topic.name,
        )
        stops = await ends(kafka, [topic])
        is_another = not all(
            row["is_of_it"] and row["next"] <= stops[topic.name, row["partition"]] for row in stored
        )
        for row in stored:
            start = begins[topic.name, row["partition"]]
            await owner.execute(
                """
                update cairn.positions as stored
                set next = $3, cluster = found.cluster, topic_id = found.topic_id, moved_at = now()
                from cairn.rebuilding as found
                where stored.topic = $1 and stored.partition = $2
                    and found.topic = $1 and found.partition = $2
                """,
                topic.name,
                row["partition"],
                start if is_another else max(row["next"], start),
            )
        if is_another:
            for reaction, moment in (await births.moments(owner, topic.name)).items():
                offsets = await offsets_at(kafka, topic, moment)
                await births.move(owner, topic.name, reaction, offsets)
            await _part_from_parked(owner, topic.name)
    return is_another


async def _part_from_parked(owner: asyncpg.Connection, topic: str) -> None:
    """Give parked records of the log that is gone offsets that no log has: negative ones.

    Else one of the new log that lies where they lay would be taken for the same. Their order stays,
    and all of them go below the lowest that is in use, so that none meets another on its way.
    """
    await owner.execute(
        """
        update cairn.dead_letters set "offset" = "offset" - down
        from (select max("offset") - least(min("offset"), 0) + 1 as down
              from cairn.dead_letters where topic = $1) as shift
        where topic = $1
        """,
        topic,
    )


async def part_from_waiting(pipe: Database, topic: str) -> None:
    """The same for what waits and may be parked yet: it goes below all that is parked."""
    async with pipe.connection() as connection:
        await connection.execute(
            """
            update cairn.waiting set "offset" = "offset" - down
            from (select max("offset") + 1
                      - least((select min("offset") from cairn.dead_letters where topic = $1), 0)
                      as down
                  from cairn.waiting where topic = $1) as shift
            where topic = $1
            """,
            topic,
        )
