"""Who is not to be matched with whom, whatever their fit."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from chassis.unit import Unit
from contracts.matching import Exclusion
from matching.store import exclusions

Pairs = set[tuple[UUID, UUID]]  # (mentee, mentor)


async def barred_pairs(unit: Unit, programme_id: UUID) -> Pairs:
    """All pairs of a programme that are not to be: kept apart, or declined by the mentor."""
    rows = await unit.connection.fetch(
        """
        select person_id as mentee_id, other_id as mentor_id from exclusions
        where organisation_id = $1 and (programme_id is null or programme_id = $2)
        union
        select other_id, person_id from exclusions
        where organisation_id = $1 and (programme_id is null or programme_id = $2)
        union
        select mentee_id, mentor_id from requests
        where organisation_id = $1 and programme_id = $2 and status = 'declined'
        """,
        unit.organisation_id,
        programme_id,
    )
    return {(row["mentee_id"], row["mentor_id"]) for row in rows}


async def barred_with(unit: Unit, programme_id: UUID, mentee_id: UUID) -> set[UUID]:
    """The mentors whom a mentee may not have: kept apart from her, or they declined."""
    apart = await apart_from(unit, programme_id, [mentee_id])
    rows = await unit.connection.fetch(
        """
        select mentor_id from requests
        where organisation_id = $1 and programme_id = $2 and mentee_id = $3
          and status = 'declined'
        """,
        unit.organisation_id,
        programme_id,
        mentee_id,
    )
    return {*apart.get(mentee_id, ()), *(row["mentor_id"] for row in rows)}


async def are_barred(unit: Unit, programme_id: UUID, mentee_id: UUID, mentor_id: UUID) -> bool:
    """Whether the two are to be kept apart, or the mentor said no to a request of the mentee's."""
    return mentor_id in await barred_with(unit, programme_id, mentee_id)


async def apart_from(
    unit: Unit, programme_id: UUID, person_ids: Collection[UUID]
) -> Mapping[UUID, set[UUID]]:
    """From whom each of the people is to be kept apart in a programme."""
    rows = await unit.connection.fetch(
        """
        select person_id, other_id from exclusions
        where organisation_id = $1 and person_id = any($3::uuid[])
          and (programme_id is null or programme_id = $2)
        union
        select other_id, person_id from exclusions
        where organisation_id = $1 and other_id = any($3::uuid[])
          and (programme_id is null or programme_id = $2)
        """,
        unit.organisation_id,
        programme_id,
        list(person_ids),
    )
    apart: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for row in rows:
        apart[row["person_id"]].add(row["other_id"])
    return apart


async def find_exclusion(
    unit: Unit, person_id: UUID, other_id: UUID, programme_id: UUID | None, *, own: bool
) -> Exclusion | None:
    """The exclusion that says this already; `own`: made by the person, else by a coordinator."""
    state = await unit.connection.fetchval(
        """
        select state from exclusions
        where organisation_id = $1 and person_id = $2 and other_id = $3
          and programme_id is not distinct from $4 and own = $5
        """,
        unit.organisation_id,
        person_id,
        other_id,
        programme_id,
        own,
    )
    return None if state is None else exclusions.read(state)


async def exclusions_with(unit: Unit, person_id: UUID) -> list[UUID]:
    """The ids of all exclusions that name a person."""
    rows = await unit.connection.fetch(
        """
        select id from exclusions where organisation_id = $1 and person_id = $2
        union
        select id from exclusions where organisation_id = $1 and other_id = $2
        """,
        unit.organisation_id,
        person_id,
    )
    return [row["id"] for row in rows]
