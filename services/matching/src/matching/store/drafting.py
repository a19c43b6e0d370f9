"""Questions about drafts."""

from collections.abc import Sequence
from uuid import UUID

from chassis.unit import Unit
from contracts.matching import Draft, MatchingRun
from matching.store import drafts, runs


async def some_of_run(unit: Unit, run_id: UUID, most: int) -> list[Draft]:
    rows = await unit.connection.fetch(
        """
        select state from drafts where organisation_id = $1 and run_id = $2
        order by mentee_id limit $3
        """,
        unit.organisation_id,
        run_id,
        most,
    )
    return [drafts.read(row["state"]) for row in rows]


async def lock_of_run(unit: Unit, run_id: UUID) -> list[Draft]:
    """All of a run's drafts, in the order of their mentees' ids."""
    rows = await unit.connection.fetch(
        """
        select state from drafts where organisation_id = $1 and run_id = $2
        order by mentee_id for update
        """,
        unit.organisation_id,
        run_id,
    )
    return [drafts.read(row["state"]) for row in rows]


async def ids_of_mentee(unit: Unit, person_id: UUID) -> list[UUID]:
    rows = await unit.connection.fetch(
        "select id from drafts where organisation_id = $1 and mentee_id = $2",
        unit.organisation_id,
        person_id,
    )
    return [row["id"] for row in rows]


async def lock_of_mentor(unit: Unit, person_id: UUID) -> Sequence[Draft]:
    rows = await unit.connection.fetch(
        """
        select state from drafts where organisation_id = $1 and mentor_id = $2
        order by id for update
        """,
        unit.organisation_id,
        person_id,
    )
    return [drafts.read(row["state"]) for row in rows]


async def lock_other_drafted(unit: Unit, run: MatchingRun) -> list[MatchingRun]:
    """The programme's other runs that are drafted."""
    rows = await unit.connection.fetch(
        """
        select state from runs
        where organisation_id = $1 and programme_id = $2 and status = 'drafted' and id <> $3
        order by id for update
        """,
        unit.organisation_id,
        run.programme_id,
        run.id,
    )
    return [runs.read(row["state"]) for row in rows]
