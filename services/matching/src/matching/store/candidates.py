"""Questions about pairings, and about those who may be paired."""

from collections.abc import Collection
from uuid import UUID

from msgspec import structs

from chassis.unit import Unit
from contracts.matching import Pairing, Role
from matching.domain.proposal import Mentee, Mentor
from matching.store import pairings, standing
from matching.store.apart import apart_from


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


async def lock_closed(unit: Unit, person_id: UUID) -> list[Pairing]:
    """A person's pairings that are closed."""
    rows = await unit.connection.fetch(
        """
        select state from pairings
        where organisation_id = $1 and (mentor_id = $2 or mentee_id = $2) and not is_open
        order by id for update
        """,
        unit.organisation_id,
        person_id,
    )
    return [pairings.read(row["state"]) for row in rows]


async def lock_candidates(
    unit: Unit, programme_id: UUID, mentor_ids: Collection[UUID], mentee_ids: Collection[UUID]
) -> tuple[dict[UUID, Mentor], dict[UUID, Mentee]]:
    """Lock people's standing, and see them as a proposal in the programme does.

    People who are not known are absent.
    """
    standings = await standing.lock(unit, {*mentor_ids, *mentee_ids})
    seats = await _seats(unit, programme_id, standings)
    taken = await _taken(unit, programme_id, mentor_ids)
    paired = await _paired(unit, programme_id, mentee_ids)
    apart = await apart_from(unit, programme_id, mentor_ids)
    mentors = {
        person_id: Mentor(
            person_id=person_id,
            **structs.asdict(standings[person_id]),
            enrolled=(person_id, Role.MENTOR) in seats,
            places=seats.get((person_id, Role.MENTOR)),
            taken=taken.get(person_id, 0),
            apart=frozenset(apart.get(person_id, ())),
        )
        for person_id in mentor_ids
        if person_id in standings
    }
    mentees = {
        person_id: Mentee(
            person_id=person_id,
            alive=standings[person_id].alive,
            enrolled=(person_id, Role.MENTEE) in seats,
            paired=person_id in paired,
        )
        for person_id in mentee_ids
        if person_id in standings
    }
    return mentors, mentees


async def _seats(
    unit: Unit, programme_id: UUID, person_ids: Collection[UUID]
) -> dict[tuple[UUID, Role], int | None]:
    """Who takes part in the programme now, as what, and with what capacity in it."""
    rows = await unit.connection.fetch(
        """
        select person_id, role, capacity from enrolments
        where organisation_id = $1 and programme_id = $2 and person_id = any($3::uuid[])
          and status = 'active'
        """,
        unit.organisation_id,
        programme_id,
        list(person_ids),
    )
    return {(row["person_id"], Role(row["role"])): row["capacity"] for row in rows}


async def _taken(unit: Unit, programme_id: UUID, mentor_ids: Collection[UUID]) -> dict[UUID, int]:
    """The mentors' open pairings in the programme."""
    rows = await unit.connection.fetch(
        """
        select mentor_id, count(*) as taken from pairings
        where organisation_id = $1 and programme_id = $2 and mentor_id = any($3::uuid[])
          and is_open
        group by mentor_id
        """,
        unit.organisation_id,
        programme_id,
        list(mentor_ids),
    )
    return {row["mentor_id"]: row["taken"] for row in rows}


async def _paired(unit: Unit, programme_id: UUID, mentee_ids: Collection[UUID]) -> set[UUID]:
    """Which of the mentees have an open pairing in the programme."""
    rows = await unit.connection.fetch(
        """
        select mentee_id from pairings
        where organisation_id = $1 and programme_id = $2 and mentee_id = any($3::uuid[])
          and is_open
        """,
        unit.organisation_id,
        programme_id,
        list(mentee_ids),
    )
    return {row["mentee_id"] for row in rows}


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
