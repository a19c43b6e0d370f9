"""Questions about suggestions."""

from uuid import UUID

from chassis.unit import Unit
from contracts.matching import Suggestions
from matching.store import suggestions


async def of_mentee(unit: Unit, person_id: UUID) -> list[UUID]:
    """The ids of what was suggested to a person."""
    rows = await unit.connection.fetch(
        "select id from suggestions where organisation_id = $1 and mentee_id = $2",
        unit.organisation_id,
        person_id,
    )
    return [row["id"] for row in rows]


async def lock_those_with(unit: Unit, person_id: UUID) -> list[Suggestions]:
    """Suggestions among which a person is."""
    rows = await unit.connection.fetch(
        """
        select state from suggestions
        where organisation_id = $1
          and state -> 'mentors' @> jsonb_build_array(jsonb_build_object('mentor_id', $2::text))
        order by id for update
        """,
        unit.organisation_id,
        str(person_id),
    )
    return [suggestions.read(row["state"]) for row in rows]
