"""The line of managers, as far as it runs through people who take no part."""

from collections.abc import Collection
from uuid import UUID

from chassis.unit import Unit


async def managers_above(unit: Unit, person_ids: Collection[UUID], steps: int) -> dict[UUID, UUID]:
    """The managers of these people, and of those above them, so many steps up."""
    if not person_ids or steps < 1:
        return {}
    rows = await unit.connection.fetch(
        """
        with recursive line as (
            select id, (state ->> 'manager_id')::uuid as manager_id, 1 as step from people
            where organisation_id = $1 and id = any($2::uuid[])
            union
            select above.id, (above.state ->> 'manager_id')::uuid, line.step + 1
            from people as above join line on above.id = line.manager_id
            where above.organisation_id = $1 and line.step < $3
        )
        select distinct id, manager_id from line where manager_id is not null
        """,
        unit.organisation_id,
        list(person_ids),
        steps,
    )
    return {row["id"]: row["manager_id"] for row in rows}
