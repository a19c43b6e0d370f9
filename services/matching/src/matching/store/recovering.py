"""What matching derives from its own aggregates, made anew after a recovery."""

from chassis.unit import Unit
from contracts.matching import RunChange
from matching.domain import run as life
from matching.store import runs, work
from matching.store.work import Stage

INTERRUPTED = "The platform lost what this run had computed. Start it again."


async def recount_loads(unit: Unit) -> None:
    """The load of mentors; of whom nothing was heard yet, they have no standing but that."""
    await unit.connection.execute(
        """
        insert into person_standing as standing (organisation_id, person_id, alive, capacity, load)
        select $1, mentor_id, false, 0, count(*) from pairings
        where organisation_id = $1 and is_open group by mentor_id
        on conflict (organisation_id, person_id)
            do update set load = excluded.load where standing.load <> excluded.load
        """,
        unit.organisation_id,
    )
    await unit.connection.execute(
        """
        update person_standing as standing set load = 0
        where organisation_id = $1 and load > 0
            and not exists (select from pairings
                            where pairings.organisation_id = $1 and is_open
                                and mentor_id = standing.person_id)
        """,
        unit.organisation_id,
    )


async def fail_unfinished_runs(unit: Unit) -> None:
    """How far they were is not known: what they computed is in no event. Drafts are."""
    for table in ("run_work", "run_proposals", "run_inputs"):
        await unit.connection.execute(
            f"delete from {table} where organisation_id = $1",  # noqa: S608
            unit.organisation_id,
        )
    rows = await unit.connection.fetch(
        """
        select state from runs
        where organisation_id = $1 and status in ('requested', 'running', 'drafted')
        order by id for update
        """,
        unit.organisation_id,
    )
    found = [runs.read(row["state"]) for row in rows]
    failed = [life.fail(run, INTERRUPTED) for run in found if run.status in life.UNFINISHED]
    await runs.save_all(unit, failed, RunChange.FAILED)
    for run in found:
        if run.status in life.UNFINISHED:
            await work.plan(unit, run.id, Stage.CLEAR)
        else:
            await work.plan(unit, run.id, Stage.LAPSE, after=life.DRAFT_KEPT)
