"""What is done before a version of a service starts: migrations, topics, births of reactions."""

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from chassis.births import Births, record, recorded
from chassis.database import Database
from chassis.migrations import apply_migrations
from chassis.subscriptions import Subscription, Subscriptions
from chassis.topics import Topic, ends, ensure_topics


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
    owner = await asyncpg.connect(owner_dsn)
    try:
        for topic in hears:
            names = [each.name for each in subscriptions.by_topic[topic.name].reactions]
            here = {number: offsets[topic.name, number] for number in range(topic.partitions)}
            await record(owner, topic.name, names, here)
    finally:
        await owner.close()


async def births(pipe: Database, subscription: Subscription) -> Births:
    """The births of a subscription's reactions. Raises NotPrepared where one has none."""
    names = [reaction.name for reaction in subscription.reactions]
    async with pipe.connection() as connection:
        return await recorded(connection, subscription.topic, names)
