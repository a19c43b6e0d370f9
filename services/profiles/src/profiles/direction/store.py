"""What profiles keeps of where people want to go, and every statement of that."""

from collections.abc import Collection
from uuid import UUID

from chassis.aggregates import Aggregates
from chassis.unit import Unit
from contracts.direction import (
    ASSESSMENT,
    CAREER_PATHS,
    ROADMAP,
    Assessment,
    CareerPaths,
    Roadmap,
)
from profiles.domain.moves import FEWEST, Move, told

assessments = Aggregates(ASSESSMENT, Assessment, table="assessments", called="assessment")
career_paths = Aggregates(CAREER_PATHS, CareerPaths, table="career_paths", called="career paths")
roadmaps = Aggregates(ROADMAP, Roadmap, table="roadmaps", called="roadmap")


async def assessment_of(unit: Unit, person_id: UUID) -> Assessment | None:
    """Locked until the unit ends. The person's row is locked before it, everywhere."""
    row = await unit.connection.fetchval(
        "select state from assessments where organisation_id = $1 and person_id = $2 for update",
        unit.organisation_id,
        person_id,
    )
    return None if row is None else assessments.read(row)


async def assessments_of(unit: Unit, people: Collection[UUID]) -> dict[UUID, Assessment]:
    rows = await unit.connection.fetch(
        "select state from assessments where organisation_id = $1 and person_id = any($2)",
        unit.organisation_id,
        list(people),
    )
    found = [assessments.read(row["state"]) for row in rows]
    return {each.person_id: each for each in found}


async def career_paths_of(unit: Unit, people: Collection[UUID]) -> dict[UUID, CareerPaths]:
    """By person; locked until the unit ends."""
    rows = await unit.connection.fetch(
        """
        select state from career_paths where organisation_id = $1 and person_id = any($2)
        order by id for update
        """,
        unit.organisation_id,
        list(people),
    )
    found = [career_paths.read(row["state"]) for row in rows]
    return {each.person_id: each for each in found}


async def roadmap_count(unit: Unit, person_id: UUID) -> int:
    many: int | None = await unit.connection.fetchval(
        "select count(*) from roadmaps where organisation_id = $1 and person_id = $2",
        unit.organisation_id,
        person_id,
    )
    return many or 0


async def moves_told(unit: Unit) -> dict[Move, int]:
    """The moves between occupations that enough of the organisation's people made to be told."""
    rows = await unit.connection.fetch(
        """
        select origin, destination, count(distinct person_id) as people from moves
        where organisation_id = $1
        group by origin, destination having count(distinct person_id) >= $2
        """,
        unit.organisation_id,
        FEWEST,
    )
    return told({(row["origin"], row["destination"]): row["people"] for row in rows})


async def erase_direction(unit: Unit, person_id: UUID) -> int:
    """Erase all that is here of a person; returns how many aggregates that were."""
    erased = 0
    for kept in (assessments, career_paths, roadmaps):
        rows = await unit.connection.fetch(
            f"select id from {kept.table} where organisation_id = $1 and person_id = $2",  # noqa: S608
            unit.organisation_id,
            person_id,
        )
        erased += len(await kept.erase_all(unit, [row["id"] for row in rows]))
    return erased
