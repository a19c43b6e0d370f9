"""Births: from which offset on a reaction acts. What the log had before is history to it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import asyncpg

from chassis.database import Connection

Births = Mapping[tuple[str, int], int]  # (reaction, partition) -> the first offset it acts on


class NotPrepared(Exception):  # noqa: N818
    """The service was started before its `prepare` step was run."""


async def record(
    owner: asyncpg.Connection, topic: str, reactions: Collection[str], offsets: Mapping[int, int]
) -> None:
    """Give the reactions that have no birth yet one here, at these offsets of the partitions."""
    await owner.executemany(
        """
        insert into cairn.births (reaction, topic, partition, "offset")
        values ($1, $2, $3, $4) on conflict do nothing
        """,
        [
            (reaction, topic, partition, offset)
            for reaction in reactions
            for partition, offset in offsets.items()
        ],
    )


async def recorded(connection: Connection, topic: str, reactions: Sequence[str]) -> Births:
    """The births of a topic's reactions.

    Raises NotPrepared where one has none.
    """
    rows = await connection.fetch(
        """
        select reaction, partition, "offset" from cairn.births
        where topic = $1 and reaction = any($2)
        """,
        topic,
        list(reactions),
    )
    born = {(row["reaction"], row["partition"]): row["offset"] for row in rows}
    if missing := set(reactions) - {name for name, _ in born}:
        raise NotPrepared(
            f"{', '.join(sorted(missing))}: no births are recorded. Run `prepare` first."
        )
    return born


async def moments(connection: Connection, topic: str) -> dict[str, datetime]:
    """When each of a topic's reactions was born."""
    rows = await connection.fetch(
        "select reaction, min(born_at) as born_at from cairn.births where topic = $1 group by 1",
        topic,
    )
    return {row["reaction"]: row["born_at"] for row in rows}


async def move(
    owner: asyncpg.Connection, topic: str, reaction: str, offsets: Mapping[int, int]
) -> None:
    """A reaction's birth in a log that was made anew: it is as old as it was."""
    await owner.executemany(
        """
        update cairn.births set "offset" = $4
        where reaction = $1 and topic = $2 and partition = $3
        """,
        [(reaction, topic, partition, offset) for partition, offset in offsets.items()],
    )
