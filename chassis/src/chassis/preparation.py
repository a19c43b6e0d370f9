"""What is done before a version of a service starts: migrations, topics, births of reactions."""

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from chassis.database import Database
from chassis.hearing import Births
from chassis.migrations import apply_migrations
from chassis.subscriptions import Subscription, Subscriptions
from chassis.topics import Topic, ends, ensure_topics


class NotPrepared(Exception):  # noqa: N818
    """The service was started before its `prepare` step was run."""


async def prepare(
    *,
    owner_dsn: str,
    kafka: str,
    migrations: Path,
    publishes: Sequence[Topic],
    hears: Sequence[Topic],
    subscriptions: Subscriptions,
    replication: int = 1,
) -> None:
    """Make ready what the service needs; safe to run again, and by several at once.

    It runs for every service before any starts: a reaction acts on what happens after this step.
    """
    await apply_migrations(owner_dsn, [migrations])
    await ensure_topics(kafka, [*publishes, *hears], replication=replication)
    await _record_births(owner_dsn, kafka, hears, subscriptions)


async def _record_births(
    owner_dsn: str, kafka: str, hears: Sequence[Topic], subscriptions: Subscriptions
) -> None:
    """Remember where each topic ends now, for every reaction that has no birth yet."""
    if not subscriptions.reactions:
        return
    offsets = await ends(kafka, hears)
    connection = await asyncpg.connect(owner_dsn)
    try:
        await connection.executemany(
            """
            insert into cairn.births (reaction, topic, partition, "offset")
            values ($1, $2, $3, $4) on conflict do nothing
            """,
            [
                (reaction.name, topic, partition, end)
                for reaction in subscriptions.reactions.values()
                for (topic, partition), end in offsets.items()
                if topic == reaction.topic
            ],
        )
    finally:
        await connection.close()


async def births(pipe: Database, subscription: Subscription) -> Births:
    """The births of a subscription's reactions.

    Raises NotPrepared where one has none.
    """
    names = [reaction.name for reaction in subscription.reactions]
    async with pipe.connection() as connection:
        rows = await connection.fetch(
            """
            select reaction, partition, "offset" from cairn.births
            where topic = $1 and reaction = any($2)
            """,
            subscription.topic,
            names,
        )
    born = {(row["reaction"], row["partition"]): row["offset"] for row in rows}
    if missing := set(names) - {name for name, _ in born}:
        raise NotPrepared(
            f"{', '.join(sorted(missing))}: no births are recorded. Run `prepare` first."
        )
    return born
