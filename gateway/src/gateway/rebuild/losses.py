"""What the read model would lose by being made again."""

from collections.abc import Collection
from uuid import UUID

import asyncpg
import msgspec

from chassis.rereading import refuse_loss
from gateway.projection import TABLES
from gateway.rebuild import tables


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a topic and was not made again, perhaps not yet."""

    topic: str
    held: int
    organisations: list[UUID]
    ids: list[UUID]


async def find(pipe: asyncpg.Connection) -> list[Missing]:
    found: list[Missing] = []
    for topic, table in TABLES.items():
        read, made = f"{tables.READ}.{table}", f"{tables.MAKING}.{table}"
        rows = await pipe.fetch(
            f"select organisation_id, id from {read}"  # noqa: S608
            f" except select organisation_id, id from {made}"
        )
        missing = Missing(
            topic=topic,
            held=await pipe.fetchval(f"select count(*) from {read}") or 0,  # noqa: S608
            organisations=[row["organisation_id"] for row in rows],
            ids=[row["id"] for row in rows],
        )
        found.append(missing)
    return found


async def refuse(pipe: asyncpg.Connection, found: Collection[Missing]) -> None:
    """Refuse to lose more than a few of what was missing. Raises CannotRebuild."""
    for missing in found:
        table = TABLES[missing.topic]
        lost = await pipe.fetchval(
            f"""
            select count(*) from unnest($1::uuid[], $2::uuid[]) as gone (organisation_id, id)
            join {tables.READ}.{table} using (organisation_id, id)
            left join {tables.MAKING}.{table} as made using (organisation_id, id)
            where made.id is null
            """,  # noqa: S608
            missing.organisations,
            missing.ids,
        )
        refuse_loss(missing.topic, lost=lost or 0, held=missing.held)
