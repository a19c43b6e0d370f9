"""`unread`: people whose texts may have changed since they were read."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from chassis.database import Database
from chassis.unit import Unit
from contracts.profiles import Person
from matching.store import people

CLAIM = 120.0  # seconds, after which another instance may read what one has claimed


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody is being read; it holds until `due_at`, unless they are marked again."""

    organisation_id: UUID
    person_id: UUID
    due_at: datetime


async def mark(unit: Unit, person_ids: Collection[UUID]) -> None:
    """People's texts may have changed."""
    await unit.connection.execute(
        """
        insert into unread (organisation_id, person_id)
        select $1, * from unnest($2::uuid[])
        on conflict (organisation_id, person_id) do update set due_at = excluded.due_at
        """,
        unit.organisation_id,
        sorted(person_ids),  # so that no two who mark several wait for one another
    )


async def claim(pipe: Database, most: int) -> list[Claim]:
    """People of whatever organisation, those who have waited longest."""
    async with pipe.connection() as connection:
        rows = await connection.fetch(
            """
            update unread set due_at = now() + make_interval(secs => $1)
            from (select organisation_id, person_id from unread where due_at <= now()
                  order by due_at limit $2 for update skip locked) as due
            where unread.organisation_id = due.organisation_id
              and unread.person_id = due.person_id
            returning unread.*
            """,
            CLAIM,
            most,
        )
    return [Claim(**row) for row in rows]


async def states(unit: Unit, person_ids: Collection[UUID]) -> list[Person]:
    """People as they are now, of those who are known."""
    rows = await unit.connection.fetch(
        "select state from people where organisation_id = $1 and id = any($2::uuid[])",
        unit.organisation_id,
        list(person_ids),
    )
    return [people.read(row["state"]) for row in rows]


async def lock_claimed(unit: Unit, claims: Collection[Claim]) -> set[UUID]:
    """Whose claims hold still; they do until the unit ends."""
    rows = await unit.connection.fetch(
        """
        select person_id from unread
        where organisation_id = $1
          and (person_id, due_at) in (select * from unnest($2::uuid[], $3::timestamptz[]))
        order by person_id for update
        """,
        unit.organisation_id,
        [each.person_id for each in claims],
        [each.due_at for each in claims],
    )
    return {row["person_id"] for row in rows}


async def settle(unit: Unit, person_ids: Collection[UUID]) -> None:
    """These have been read; their rows are locked."""
    await unit.connection.execute(
        "delete from unread where organisation_id = $1 and person_id = any($2::uuid[])",
        unit.organisation_id,
        list(person_ids),
    )


async def count(pipe: Database) -> int:
    """How many people are to be read."""
    async with pipe.connection() as connection:
        return await connection.fetchval("select count(*) from unread") or 0


async def read_by(pipe: Database, recipe: str) -> bool:
    """Have all be read by this recipe; whether it is a new one, so that everybody is unread."""
    async with pipe.transaction() as connection:
        await connection.execute("select pg_advisory_xact_lock(hashtext('cairn reading'))")
        if await connection.fetchval("select true from reading_by where recipe = $1", recipe):
            return False
        await connection.execute("delete from reading_by")
        await connection.execute("insert into reading_by (recipe) values ($1)", recipe)
        await connection.execute(
            """
            insert into unread (organisation_id, person_id)
            select organisation_id, id from people order by 1, 2
            on conflict (organisation_id, person_id) do update set due_at = excluded.due_at
            """
        )
        return True
