"""Who is not to be matched with whom, whatever their fit: as (mentee, mentor)."""

from uuid import UUID

from chassis.unit import Unit

Pairs = set[tuple[UUID, UUID]]


async def barred_pairs(unit: Unit, programme_id: UUID) -> Pairs:
    """All pairs of a programme: mentors who said no to a mentee's request."""
    rows = await unit.connection.fetch(
        """
        select mentee_id, mentor_id from requests
        where organisation_id = $1 and programme_id = $2 and status = 'declined'
        """,
        unit.organisation_id,
        programme_id,
    )
    return {(row["mentee_id"], row["mentor_id"]) for row in rows}


async def are_barred(unit: Unit, programme_id: UUID, mentee_id: UUID, mentor_id: UUID) -> bool:
    return bool(
        await unit.connection.fetchval(
            """
            select exists (
                select from requests
                where organisation_id = $1 and programme_id = $2
                  and mentee_id = $3 and mentor_id = $4 and status = 'declined')
            """,
            unit.organisation_id,
            programme_id,
            mentee_id,
            mentor_id,
        )
    )


async def have_met(unit: Unit, programme_id: UUID, mentee_id: UUID, mentor_id: UUID) -> bool:
    """Whether the two have had a pairing in the programme, or a proposal of one."""
    return bool(
        await unit.connection.fetchval(
            """
            select exists (
                select from pairings
                where organisation_id = $1 and programme_id = $2
                  and mentee_id = $3 and mentor_id = $4)
            """,
            unit.organisation_id,
            programme_id,
            mentee_id,
            mentor_id,
        )
    )
