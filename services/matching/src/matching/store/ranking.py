"""Whom people would like best, for matching by choice."""

from uuid import UUID

from chassis.unit import Unit
from contracts.matching import Enrolment, Role
from matching.store import enrolments


async def ranked(unit: Unit, programme_id: UUID, role: Role) -> dict[UUID, list[UUID]]:
    """The lists of a programme's mentees, or of its mentors, the best first; of who has one."""
    rows = await unit.connection.fetch(
        """
        select person_id, array(
            select (each ->> 'person_id')::uuid
            from jsonb_array_elements(state -> 'ranked') with ordinality list (each, place)
            order by place) as list
        from enrolments
        where organisation_id = $1 and programme_id = $2 and role = $3 and status = 'active'
          and jsonb_array_length(state -> 'ranked') > 0
        """,
        unit.organisation_id,
        programme_id,
        role,
    )
    return {row["person_id"]: row["list"] for row in rows}


async def lock_those_who_rank(unit: Unit, person_id: UUID) -> list[Enrolment]:
    """The enrolments of others on whose lists a person stands."""
    rows = await unit.connection.fetch(
        """
        select state from enrolments
        where organisation_id = $1
          and state -> 'ranked' @> jsonb_build_array(jsonb_build_object('person_id', $2::text))
        order by id for update
        """,
        unit.organisation_id,
        str(person_id),
    )
    return [enrolments.read(row["state"]) for row in rows]
