"""Questions about enrolments."""

from collections.abc import Collection
from uuid import UUID

from chassis.unit import Unit
from contracts.matching import Enrolment, Role
from matching.store import enrolments


async def enrolled(
    unit: Unit, programme_id: UUID, person_ids: Collection[UUID]
) -> set[tuple[UUID, Role]]:
    """Which of the people take part in the programme, as what."""
    rows = await unit.connection.fetch(
        """
        select person_id, role from enrolments
        where organisation_id = $1 and programme_id = $2 and person_id = any($3::uuid[])
          and status <> 'left'
        """,
        unit.organisation_id,
        programme_id,
        list(person_ids),
    )
    return {(row["person_id"], Role(row["role"])) for row in rows}


async def consenting(
    unit: Unit, programme_id: UUID, person_ids: Collection[UUID]
) -> set[tuple[UUID, Role]]:
    """Which of the people said themselves that they want to be matched, as what."""
    rows = await unit.connection.fetch(
        """
        select person_id, role from enrolments
        where organisation_id = $1 and programme_id = $2 and person_id = any($3::uuid[])
          and status <> 'left' and state ->> 'consented_at' is not null
        """,
        unit.organisation_id,
        programme_id,
        list(person_ids),
    )
    return {(row["person_id"], Role(row["role"])) for row in rows}


async def lock_of_person(unit: Unit, person_id: UUID) -> list[Enrolment]:
    """A person's enrolments that are not left."""
    rows = await unit.connection.fetch(
        """
        select state from enrolments
        where organisation_id = $1 and person_id = $2 and status <> 'left'
        order by id for update
        """,
        unit.organisation_id,
        person_id,
    )
    return [enrolments.read(row["state"]) for row in rows]


async def ever(unit: Unit, person_id: UUID) -> list[UUID]:
    """The ids of all of a person's enrolments, left or not."""
    rows = await unit.connection.fetch(
        "select id from enrolments where organisation_id = $1 and person_id = $2",
        unit.organisation_id,
        person_id,
    )
    return [row["id"] for row in rows]
