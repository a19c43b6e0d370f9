"""What runs were computed from: who took part, as they were, and the rules."""

from uuid import UUID

from chassis.unit import Unit
from matching.matcher.frozen import read, without, written


async def keep(unit: Unit, run_id: UUID, frozen: bytes) -> None:
    await unit.connection.execute(
        """
        insert into run_inputs (organisation_id, run_id, frozen) values ($1, $2, $3)
        on conflict (organisation_id, run_id) do nothing
        """,
        unit.organisation_id,
        run_id,
        frozen,
    )


async def find(unit: Unit, run_id: UUID) -> bytes | None:
    return await unit.connection.fetchval(
        "select frozen from run_inputs where organisation_id = $1 and run_id = $2",
        unit.organisation_id,
        run_id,
    )


async def forget(unit: Unit, person_id: UUID) -> None:
    """Take a person out of what runs were computed from."""
    rows = await unit.connection.fetch(
        "select run_id from run_inputs where organisation_id = $1 order by run_id for update",
        unit.organisation_id,
    )
    for row in rows:
        frozen = await find(unit, row["run_id"])
        assert frozen is not None
        if str(person_id).encode() in frozen:
            await unit.connection.execute(
                "update run_inputs set frozen = $3 where organisation_id = $1 and run_id = $2",
                unit.organisation_id,
                row["run_id"],
                written(without(read(frozen), person_id)),
            )
