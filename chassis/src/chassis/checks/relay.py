"""Whether one relay leads, and no two processes go by the same CAIRN_INSTANCE."""

from collections.abc import Iterable
from typing import Any

import asyncpg

from chassis.checks.findings import Checked, Finding
from chassis.cluster import administering

_LEADS = """
    select count(*) from pg_locks
    where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())
      and ((classid::bigint << 32) | objid::bigint) = hashtext('cairn relay')::bigint
"""
_RUN = """
    select count(*) from pg_stat_activity
    where datname = current_database() and application_name = $1
"""


async def check(checked: Checked) -> Iterable[Finding]:
    if not checked.publishes:
        return []
    connection = await asyncpg.connect(checked.pipe, timeout=5, command_timeout=10)
    try:
        leads = await connection.fetchval(_LEADS)
        processes = await connection.fetchval(_RUN, f"{checked.service} relay")
    finally:
        await connection.close(timeout=2)
    if not leads:
        return [
            Finding(
                level="wrong",
                where=checked.service,
                what="No relay leads: what it announces waits in its outbox.",
                remedy="Does a process of it run, and is it ready? See its log.",
            )
        ]
    members = await _members(checked)
    if members and processes > members:
        return [
            Finding(
                level="wrong",
                where=checked.service,
                what=f"{processes} processes run, and Kafka knows {members} of them: two go by the"
                " same CAIRN_INSTANCE.",
                remedy="Give each its own, the same after a restart. (If one is just starting, look"
                " again.)",
            )
        ]
    return [Finding(level="ok", where=checked.service, what="One relay leads.")]


async def _members(checked: Checked) -> int:
    """The members of the service's largest consumer group."""
    groups = [f"{checked.service}.{topic.name}" for topic in checked.hears]
    if not groups:
        return 0
    async with administering(checked.settings.kafka) as admin:
        # One by one: aiokafka cannot read the answer for several.
        answers: list[Any] = [await admin.describe_consumer_groups([name]) for name in groups]
    return max(len(answer.groups[0][5]) for (answer,) in answers)
