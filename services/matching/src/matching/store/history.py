"""Who has met whom in a programme, and may not be proposed to each other again."""

from collections.abc import Set
from uuid import UUID

from chassis.unit import Unit


async def have_met(
    unit: Unit, programme_id: UUID, *, again: bool, of: UUID | None = None
) -> Set[tuple[UUID, UUID]]:
    """Pairs (mentee, mentor), all or those of one mentee, whom an earlier pairing bars.

    `again` is whether two may have another pairing where all they had were completed; who declined
    or parted never may. Nobody is proposed as a mentee to whom they are a mentor of.
    """
    rows = await unit.connection.fetch(
        """
        select mentee_id, mentor_id from pairings
        where organisation_id = $1 and programme_id = $2 and ($4::uuid is null or mentee_id = $4)
          and not ($3 and state ->> 'status' = 'completed')
        union
        select mentor_id, mentee_id from pairings
        where organisation_id = $1 and programme_id = $2 and ($4::uuid is null or mentor_id = $4)
          and is_open
        """,
        unit.organisation_id,
        programme_id,
        again,
        of,
    )
    return {(row["mentee_id"], row["mentor_id"]) for row in rows}
