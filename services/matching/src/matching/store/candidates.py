"""Questions about pairings, and about those who may be paired."""

from collections.abc import Collection
from uuid import UUID

from chassis.unit import Unit
from contracts.matching import Pairing
from msgspec import structs

from matching.domain.proposal import Mentee, Mentor
from matching.store import pairings, standing


async def lock_with_partners(unit: Unit, person_id: UUID) -> list[Pairing]:
    """Lock the standing of a person and of all partners; returns the open pairings.

    They stay as they are until the unit ends: nobody changes a pairing without those locks.
    """
    locked: set[UUID] = set()
    while True:
        found = await _open_of_person(unit, person_id)
        concerned = {person_id}.union(*({p.mentor_id, p.mentee_id} for p in found))
        if concerned <= locked:
            return found
        await standing.lock(unit, concerned)
        locked |= concerned


async def lock_candidates(
    unit: Unit, programme_id: UUID, mentor_ids: Collection[UUID], mentee_ids: Collection[UUID]
) -> tuple[dict[UUID, Mentor], dict[UUID, Mentee]]:
    """Lock people's standing, and see them as a proposal in the programme does.

    People who are not known are absent.
    """
    standings = await standing.lock(unit, {*mentor_ids, *mentee_ids})
    mentors = await unit.connection.fetch(
        """
        select asked.person_id, enrolment.id is not null as enrolled,
            enrolment.capacity as places,
            (select count(*) from pairings
             where pairings.organisation_id = $1 and mentor_id = asked.person_id
               and pairings.programme_id = $2 and is_open) as taken
        from unnest($3::uuid[]) as asked (person_id)
        left join enrolments as enrolment
            on enrolment.organisation_id = $1 and enrolment.programme_id = $2
            and enrolment.person_id = asked.person_id
            and enrolment.role = 'mentor' and enrolment.status = 'active'
        """,
        unit.organisation_id,
        programme_id,
        [person_id for person_id in mentor_ids if person_id in standings],
    )
    mentees = await unit.connection.fetch(
        """
        select asked.person_id,
            exists (select from enrolments
                    where organisation_id = $1 and programme_id = $2
                      and person_id = asked.person_id
                      and role = 'mentee' and status = 'active') as enrolled,
            exists (select from pairings
                    where organisation_id = $1 and programme_id = $2
                      and mentee_id = asked.person_id and is_open) as paired
        from unnest($3::uuid[]) as asked (person_id)
        """,
        unit.organisation_id,
        programme_id,
        [person_id for person_id in mentee_ids if person_id in standings],
    )
    return (
        {
            row["person_id"]: Mentor(**row, **structs.asdict(standings[row["person_id"]]))
            for row in mentors
        },
        {
            row["person_id"]: Mentee(**row, alive=standings[row["person_id"]].alive)
            for row in mentees
        },
    )


async def _open_of_person(unit: Unit, person_id: UUID) -> list[Pairing]:
    rows = await unit.connection.fetch(
        """
        select state from pairings where organisation_id = $1 and mentor_id = $2 and is_open
        union all
        select state from pairings where organisation_id = $1 and mentee_id = $2 and is_open
        """,
        unit.organisation_id,
        person_id,
    )
    return [pairings.read(row["state"]) for row in rows]
