"""`person_standing`: the rows that rules across pairings are decided on.

Everyone locks them in the order of their ids, so nobody waits in a circle.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec

from chassis.unit import Unit


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    alive: bool  # works for the organisation
    capacity: int  # mentees at once, over all programmes
    load: int  # open pairings as a mentor


async def lock(unit: Unit, person_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Lock the rows of those who are known, until the unit ends.

    What else is read to decide upon must be read by a later statement: this one may have waited,
    and what it joined would be from before.
    """
    rows = await unit.connection.fetch(
        """
        select person_id, alive, capacity, load from person_standing
        where organisation_id = $1 and person_id = any($2::uuid[])
        order by person_id for update
        """,
        unit.organisation_id,
        list(person_ids),
    )
    return {
        row["person_id"]: Standing(alive=row["alive"], capacity=row["capacity"], load=row["load"])
        for row in rows
    }


async def find(unit: Unit, person_ids: Collection[UUID]) -> dict[UUID, tuple[bool, int]]:
    """Whether each is alive, and their capacity, of those who are known."""
    rows = await unit.connection.fetch(
        """
        select person_id, alive, capacity from person_standing
        where organisation_id = $1 and person_id = any($2::uuid[])
        """,
        unit.organisation_id,
        list(person_ids),
    )
    return {row["person_id"]: (row["alive"], row["capacity"]) for row in rows}


async def known(unit: Unit, person_ids: Collection[UUID]) -> set[UUID]:
    rows = await unit.connection.fetch(
        "select person_id from person_standing"
        " where organisation_id = $1 and person_id = any($2::uuid[])",
        unit.organisation_id,
        list(person_ids),
    )
    return {row["person_id"] for row in rows}


async def set_standing(unit: Unit, standings: Mapping[UUID, tuple[bool, int]]) -> None:
    """Set who is alive, and their capacity. Only the consumer does, one turn after the other."""
    ordered = sorted(standings.items())
    await unit.connection.execute(
        """
        insert into person_standing (organisation_id, person_id, alive, capacity)
        select $1, * from unnest($2::uuid[], $3::bool[], $4::int[])
        on conflict (organisation_id, person_id)
            do update set alive = excluded.alive, capacity = excluded.capacity
        """,
        unit.organisation_id,
        [person_id for person_id, _ in ordered],
        [alive for _, (alive, _) in ordered],
        [capacity for _, (_, capacity) in ordered],
    )


async def add_load(unit: Unit, changes: Mapping[UUID, int]) -> None:
    """Add to the load of mentors whose rows are locked."""
    await unit.connection.execute(
        """
        update person_standing as standing set load = standing.load + change.by
        from unnest($2::uuid[], $3::int[]) as change (person_id, by)
        where standing.organisation_id = $1 and standing.person_id = change.person_id
        """,
        unit.organisation_id,
        list(changes.keys()),
        list(changes.values()),
    )
