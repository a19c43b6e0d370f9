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

BUSY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, TimeoutError)


class Changed(Exception):  # noqa: N818
    """The tables that are read were changed while their successors were made."""


async def switch(owner: asyncpg.Connection, kafka: str) -> float:
    """Let the new one be read, and projected into, from one commit on.

    Returns for how many seconds nothing was projected. Raises Changed.
    """
    while True:
        began = time.monotonic()
        try:
            async with owner.transaction():
                await _switch(owner, kafka)
        except BUSY:
            await asyncio.sleep(PAUSE)
        else:
            return time.monotonic() - began


async def _switch(owner: asyncpg.Connection, kafka: str) -> None:
    await owner.execute(f"set local lock_timeout = '{tables.LOCK_WITHIN}'")
    await owner.execute("set local synchronous_commit = on")
    # Whoever migrates waits; whoever projects does too, and finds the new tables when we commit.
    await owner.execute("select pg_advisory_xact_lock(hashtext('cairn migrations'))")
    if not await tables.are_alike(owner):
        raise Changed
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
