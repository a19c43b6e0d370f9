"""The moment at which the new read model takes the old one's place."""

import asyncio
import time

import asyncpg

from chassis.rereading import is_past
from chassis.topics import ends
from contracts.catalogue import topics_heard_by
from gateway.announcing import CHANGED, EVERYTHING
from gateway.rebuild import tables

REACHED_WITHIN = 1.0  # seconds: for so long nothing is projected, and mutations wait for 2
PAUSE = 0.5  # seconds until the next attempt
GIVE_UP_AFTER = 120.0  # seconds of attempts

LOCKED = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)


class CannotSwitch(Exception):  # noqa: N818
    """The old one is read still; the message says why, and what to do."""


async def switch(owner: asyncpg.Connection, kafka: str) -> float:
    """Let the new one be read, and projected into, from one commit on.

    Returns for how many seconds nothing was projected. Raises CannotSwitch.
    """
    give_up = time.monotonic() + GIVE_UP_AFTER
    while True:
        began = time.monotonic()
        try:
            async with owner.transaction():
                await _switch(owner, kafka)
            return time.monotonic() - began
        except (*LOCKED, TimeoutError) as error:
            if time.monotonic() > give_up:
                raise CannotSwitch(_why(error)) from None
            await asyncio.sleep(PAUSE)


def _why(error: Exception) -> str:
    tried = f"The new read model could not take the old one's place within {GIVE_UP_AFTER:.0f} s: "
    if isinstance(error, LOCKED):
        return (
            f"{tried}a transaction that stays open, or a migration, holds the tables or positions."
            " See pg_stat_activity, end it, and run this again."
        )
    return f"{tried}events come faster than they are read. Run this again when there are fewer."


async def _switch(owner: asyncpg.Connection, kafka: str) -> None:
    await owner.execute(f"set local lock_timeout = '{tables.LOCK_WITHIN}'")
    await owner.execute("set local synchronous_commit = on")
    # Whoever migrates waits; whoever projects does too, and finds the new tables when we commit.
    await owner.execute("select pg_advisory_xact_lock(hashtext('cairn migrations'))")
    if not await tables.are_alike(owner):
        raise CannotSwitch("The read model's tables were migrated while this ran: run it again.")
    await owner.execute("select from cairn.positions order by topic, partition for update")
    # What has been read must not be unread: the new one gets all that the old one can have.
    now = await ends(kafka, topics_heard_by("gateway"))
    async with asyncio.timeout(REACHED_WITHIN):
        while not await is_past(owner, now):
            await asyncio.sleep(0.01)
    await owner.execute("select from cairn.rebuilding order by topic, partition for update")
    await owner.execute(
        """
        insert into cairn.positions (topic, partition, next, cluster, topic_id)
        select topic, partition, next, cluster, topic_id from cairn.rebuilding
        on conflict (topic, partition) do update
        set next = excluded.next, cluster = excluded.cluster, topic_id = excluded.topic_id,
            moved_at = now()
        """
    )
    await owner.execute("delete from cairn.rebuilding")
    await tables.replace(owner)
    await owner.execute("select pg_notify($1, $2)", CHANGED, EVERYTHING)
