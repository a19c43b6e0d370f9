"""The waiting lists of programmes: mentees whom the latest run could offer nobody."""

from collections.abc import Collection, Mapping
from uuid import UUID

from msgspec.structs import replace

from chassis.unit import Unit
from contracts.matching import EnrolmentChange, Waiting
from matching.store import enrolments


async def put(unit: Unit, programme_id: UUID, why: Mapping[UUID, tuple[str, str]]) -> None:
    """Have mentees wait, each for a reason and with what would help; who waits keeps their place.

    Whoever has left meanwhile, or has a mentor, does not.
    """
    rows = await unit.connection.fetch(
        """
        select state from enrolments
        where organisation_id = $1 and programme_id = $2 and person_id = any($3::uuid[])
          and role = 'mentee' and status = 'active'
          and not exists (select from pairings
                          where pairings.organisation_id = $1 and pairings.programme_id = $2
                            and mentee_id = enrolments.person_id and is_open)
        order by id for update
        """,
        unit.organisation_id,
        programme_id,
        list(why),
    )
    before = [enrolments.read(row["state"]) for row in rows]
    after = [
        replace(
            each,
            waiting=Waiting(
                since=each.waiting.since if each.waiting else unit.now,
                reason=why[each.person_id][0],
                remedy=why[each.person_id][1],
            ),
        )
        for each in before
    ]
    changed = [new for new, old in zip(after, before, strict=True) if new != old]
    await enrolments.save_all(unit, changed, EnrolmentChange.CHANGED)


async def take_off(unit: Unit, programme_id: UUID, mentee_ids: Collection[UUID]) -> None:
    """They have been offered somebody."""
    rows = await unit.connection.fetch(
        """
        select state from enrolments
        where organisation_id = $1 and programme_id = $2 and person_id = any($3::uuid[])
          and state -> 'waiting' <> 'null'::jsonb
        order by id for update
        """,
        unit.organisation_id,
        programme_id,
        list(mentee_ids),
    )
    offered = [replace(enrolments.read(row["state"]), waiting=None) for row in rows]
    await enrolments.save_all(unit, offered, EnrolmentChange.CHANGED)
