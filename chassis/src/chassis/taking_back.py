"""What the log has newer than the database: laid out in a table, then taken back, by tenant."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from chassis.aggregates import Aggregates
from chassis.database import Connection
from chassis.own_log import Logged

AT_ONCE = 1000  # rows in a statement


class Contradiction(Exception):  # noqa: N818
    """A constraint of the database refuses a state that the log has."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """How much of each topic was taken back."""

    states: Counter[str]
    erased: Counter[str]


async def lay_out(connection: Connection, topic: str, newer: Collection[Logged]) -> None:
    """Keep for later what is newer than what was laid out before, under the role of the pipes."""
    await connection.execute(
        """
        insert into cairn.recovered as laid (organisation_id, topic, id, version, state)
        select organisation_id, $1, id, version, state
        from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::jsonb[])
            as newer (organisation_id, id, version, state)
        on conflict (organisation_id, topic, id)
            do update set version = excluded.version, state = excluded.state
            where laid.version < excluded.version
        """,
        topic,
        [each.organisation_id for each in newer],
        [each.id for each in newer],
        [each.version for each in newer],
        [each.record.value for each in newer],
    )


async def take_back(
    connection: Connection, organisation_id: UUID, owns: Sequence[Aggregates[Any]]
) -> Taken:
    """Take back all that was laid out of a tenant, in its transaction, as the application.

    What a constraint refuses is tried again after the rest: a mentee's new pairing fits in once the
    last one has ended. Events of theirs that waited are older, and go. Raises Contradiction.
    """
    left = {each.topic: await _laid_out(connection, organisation_id, each.topic) for each in owns}
    found = await _count(connection, organisation_id)
    while any(left.values()):
        before = sum(map(len, left.values()))
        for aggregates in owns:
            ids = left[aggregates.topic]
            for start in range(0, len(ids), AT_ONCE):
                some = ids[start : start + AT_ONCE]
                await _take(connection, organisation_id, aggregates, some)
            left[aggregates.topic] = await _missing(connection, organisation_id, aggregates)
        if sum(map(len, left.values())) == before:
            first = next((topic, ids[0]) for topic, ids in left.items() if ids)
            raise Contradiction(
                f"{before} states of organisation {organisation_id} contradict what the database"
                f" has, the first {first[0]} {first[1]}: nothing of that organisation was taken"
                " back. Restore a later backup."
            )
    for statement in (_FORGET_WAITING, _CLEAR):
        await connection.execute(statement, organisation_id)
    return found


_FORGET_WAITING = """
    delete from cairn.outbox as waits using cairn.recovered as laid
    where waits.organisation_id = $1 and laid.organisation_id = $1
        and waits.topic = laid.topic and waits.key = laid.id
"""
_CLEAR = "delete from cairn.recovered where organisation_id = $1"


async def _laid_out(connection: Connection, organisation_id: UUID, topic: str) -> list[UUID]:
    rows = await connection.fetch(
        "select id from cairn.recovered where organisation_id = $1 and topic = $2",
        organisation_id,
        topic,
    )
    return [row["id"] for row in rows]


async def _count(connection: Connection, organisation_id: UUID) -> Taken:
    rows = await connection.fetch(
        """
        select topic, count(state) as states, count(*) - count(state) as erased
        from cairn.recovered where organisation_id = $1 group by topic
        """,
        organisation_id,
    )
    return Taken(
        states=Counter({row["topic"]: row["states"] for row in rows}),
        erased=Counter({row["topic"]: row["erased"] for row in rows}),
    )


async def _missing(
    connection: Connection, organisation_id: UUID, aggregates: Aggregates[Any]
) -> list[UUID]:
    """What was laid out and is not in the database yet."""
    rows = await connection.fetch(
        f"""
        select laid.id from cairn.recovered as laid
        left join {aggregates.table} as kept
            on kept.organisation_id = laid.organisation_id and kept.id = laid.id
        left join cairn.graves as grave
            on grave.organisation_id = laid.organisation_id and grave.subject = laid.id
            and grave.topic = laid.topic
        where laid.organisation_id = $1 and laid.topic = $2
            and greatest(coalesce(kept.version, 0), coalesce(grave.version, 0)) < laid.version
        """,  # noqa: S608
        organisation_id,
        aggregates.topic,
    )
    return [row["id"] for row in rows]


async def _take(
    connection: Connection,
    organisation_id: UUID,
    aggregates: Aggregates[Any],
    ids: Sequence[UUID],
) -> None:
    """Take some back, or, where a constraint refuses one of them, each half on its own."""
    try:
        async with connection.transaction():
            for statement in (_ERASE, _BURY, _KEEP):
                text = statement.format(table=aggregates.table)
                await connection.execute(text, organisation_id, aggregates.topic, ids)
    except asyncpg.IntegrityConstraintViolationError:
        if len(ids) == 1:
            return
        middle = len(ids) // 2
        await _take(connection, organisation_id, aggregates, ids[:middle])
        await _take(connection, organisation_id, aggregates, ids[middle:])


# Each is of some that were laid out: the tenant's, of a topic, with these ids.
_ERASE = """
    delete from {table} as kept using cairn.recovered as laid
    where laid.organisation_id = $1 and laid.topic = $2 and laid.id = any($3::uuid[])
        and laid.state is null and kept.organisation_id = $1 and kept.id = laid.id
"""
_BURY = """
    insert into cairn.graves as grave (organisation_id, topic, subject, version)
    select organisation_id, topic, id, version from cairn.recovered
    where organisation_id = $1 and topic = $2 and id = any($3::uuid[]) and state is null
    on conflict (organisation_id, topic, subject)
        do update set version = excluded.version where grave.version < excluded.version
"""
_KEEP = """
    insert into {table} as kept (organisation_id, id, version, state)
    select organisation_id, id, version, state from cairn.recovered
    where organisation_id = $1 and topic = $2 and id = any($3::uuid[]) and state is not null
    on conflict (organisation_id, id)
        do update set version = excluded.version, state = excluded.state
        where kept.version < excluded.version
"""
