"""How far matching runs are, what is to be done next, and what is computed and not acted on yet."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from chassis.database import Connection
from chassis.telemetry import current_trace
from chassis.unit import Cause, Unit
from contracts.matching import Certificate, Reason
from matching.matcher.plan import Plan
from matching.matcher.proposal import Proposal

PAGE = 2000  # rows in one statement
NOW = timedelta()


class Stage(StrEnum):
    """What is to be done next with a run."""

    COMPUTE = "compute"
    PROPOSE = "propose"  # what was computed
    DRAFT = "draft"  # what was computed: a dry run
    LAPSE = "lapse"  # a draft that nobody has committed when its time is over
    COMMIT = "commit"  # propose what was drafted
    CLEAR = "clear"  # nothing comes of it: away with what it drafted
    FORGET = "forget"  # the people that it was computed from


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A run with which something is to be done now."""

    organisation_id: UUID
    run_id: UUID
    cause: Cause
    trace: dict[str, str]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a computation, beside its proposals."""

    certificate: Certificate
    inputs: str
    outcome: str


async def in_progress(unit: Unit, programme_id: UUID) -> UUID | None:
    """The programme's run that is being worked on, if there is one."""
    return await unit.connection.fetchval(
        """
        select id from runs
        where organisation_id = $1 and programme_id = $2 and status in ('requested', 'running')
        """,
        unit.organisation_id,
        programme_id,
    )


async def plan(unit: Unit, run_id: UUID, stage: Stage, *, after: timedelta = NOW) -> None:
    """What is to be done next with a run, and when, because of what this unit does."""
    await unit.connection.execute(
        """
        insert into run_work (organisation_id, run_id, cause, trace, stage, due_at)
        values ($1, $2, $3, $4, $5, now() + $6)
        on conflict (organisation_id, run_id) do update set cause = excluded.cause,
            trace = excluded.trace, stage = excluded.stage, due_at = excluded.due_at
        """,
        unit.organisation_id,
        run_id,
        msgspec.json.encode(unit.cause),
        msgspec.json.encode(current_trace()),
        stage,
        after,
    )


async def stage_of(unit: Unit, run_id: UUID) -> Stage | None:
    """What is to be done next with a run, now or later."""
    stage = await unit.connection.fetchval(
        "select stage from run_work where organisation_id = $1 and run_id = $2",
        unit.organisation_id,
        run_id,
    )
    return stage and Stage(stage)


async def due_stage(unit: Unit, run_id: UUID) -> Stage | None:
    """What is to be done now with a run."""
    stage = await unit.connection.fetchval(
        """
        select stage from run_work
        where organisation_id = $1 and run_id = $2 and due_at <= now()
        """,
        unit.organisation_id,
        run_id,
    )
    return stage and Stage(stage)


@asynccontextmanager
async def claim(session: Connection) -> AsyncGenerator[Work | None]:
    """The longest due run that nobody works on; nobody else claims it while the context is open.

    `session` is of the role that sees every tenant's work; if it dies, so does the claim.
    """
    work = await _find(session)
    try:
        yield work
    finally:
        if work is not None:
            await _release(session, work.run_id)


async def begin_attempt(unit: Unit, run_id: UUID) -> int | None:
    """Count an attempt at computing the run; None where that is not to be done any more."""
    return await unit.connection.fetchval(
        """
        update run_work set attempts = attempts + 1
        where organisation_id = $1 and run_id = $2 and stage = 'compute'
        returning attempts
        """,
        unit.organisation_id,
        run_id,
    )


async def keep_plan(unit: Unit, run_id: UUID, plan: Plan, then: Stage) -> None:
    """Keep what was computed, unless somebody else has, or nobody wants it any more."""
    first = await unit.connection.fetchval(
        """
        update run_work set certificate = $3, inputs = $4, outcome = $5, stage = $6
        where organisation_id = $1 and run_id = $2 and stage = 'compute' returning true
        """,
        unit.organisation_id,
        run_id,
        msgspec.json.encode(plan.certificate),
        plan.inputs,
        plan.outcome,
        then,
    )
    if not first:
        return
    for start in range(0, len(plan.proposals), PAGE):
        await _keep_proposals(unit, run_id, plan.proposals[start : start + PAGE])


async def _keep_proposals(unit: Unit, run_id: UUID, page: Sequence[Proposal]) -> None:
    await unit.connection.execute(
        """
        insert into run_proposals (organisation_id, run_id, mentee_id, mentor_id, score, reasons,
            unmatched, remedy)
        select $1, $2, * from unnest($3::uuid[], $4::uuid[], $5::float8[], $6::jsonb[],
            $7::text[], $8::text[])
        """,
        unit.organisation_id,
        run_id,
        [proposal.mentee_id for proposal in page],
        [proposal.mentor_id for proposal in page],
        [proposal.score for proposal in page],
        [msgspec.json.encode(proposal.reasons) for proposal in page],
        [proposal.unmatched for proposal in page],
        [proposal.remedy for proposal in page],
    )


async def take_proposals(unit: Unit, run_id: UUID, most: int) -> list[Proposal]:
    """Take proposals that nobody has acted on; they come back if the unit fails."""
    rows = await unit.connection.fetch(
        """
        delete from run_proposals
        where organisation_id = $1 and run_id = $2 and mentee_id = any(array(
            select mentee_id from run_proposals
            where organisation_id = $1 and run_id = $2 order by mentee_id limit $3))
        returning mentee_id, mentor_id, score, reasons, unmatched, remedy
        """,
        unit.organisation_id,
        run_id,
        most,
    )
    return [
        Proposal(
            mentee_id=row["mentee_id"],
            mentor_id=row["mentor_id"],
            score=row["score"],
            reasons=msgspec.json.decode(row["reasons"], type=list[Reason]),
            unmatched=row["unmatched"],
            remedy=row["remedy"],
        )
        for row in rows
    ]


async def forget_proposals(unit: Unit, person_id: UUID) -> None:
    """Forget what was computed for a person and not acted on yet."""
    await unit.connection.execute(
        """
        delete from run_proposals
        where organisation_id = $1 and (mentee_id = $2 or mentor_id = $2)
        """,
        unit.organisation_id,
        person_id,
    )


async def proposed_by(unit: Unit, run_id: UUID) -> int:
    """How many pairings the run has proposed."""
    count = await unit.connection.fetchval(
        "select count(*) from pairings where organisation_id = $1 and run_id = $2",
        unit.organisation_id,
        run_id,
    )
    return count or 0


async def result_of(unit: Unit, run_id: UUID) -> Result:
    """What a run has come to that is computed."""
    row = await unit.connection.fetchrow(
        """
        select certificate, inputs, outcome from run_work
        where organisation_id = $1 and run_id = $2
        """,
        unit.organisation_id,
        run_id,
    )
    assert row is not None
    return Result(
        certificate=msgspec.json.decode(row["certificate"], type=Certificate),
        inputs=row["inputs"],
        outcome=row["outcome"],
    )


async def end_work(unit: Unit, run_id: UUID) -> None:
    """Nothing more is to be done with a run; what it was computed from goes too."""
    for table in ("run_proposals", "run_inputs", "run_work"):
        await unit.connection.execute(
            f"delete from {table} where organisation_id = $1 and run_id = $2",  # noqa: S608
            unit.organisation_id,
            run_id,
        )


async def _find(session: Connection) -> Work | None:
    rows = await session.fetch(
        """
        select organisation_id, run_id, cause, trace from run_work where due_at <= now()
        order by due_at, run_id limit 100
        """
    )
    for row in rows:
        if await session.fetchval("select pg_try_advisory_lock($1)", _lock_key(row["run_id"])):
            if await _is_due(session, row["run_id"]):
                return Work(
                    organisation_id=row["organisation_id"],
                    run_id=row["run_id"],
                    cause=msgspec.json.decode(row["cause"], type=Cause),
                    trace=msgspec.json.decode(row["trace"]),
                )
            await _release(session, row["run_id"])
    return None


async def _is_due(session: Connection, run_id: UUID) -> bool:
    """Whether there still is something to do, now that nobody else can do it."""
    return bool(
        await session.fetchval(
            "select true from run_work where run_id = $1 and due_at <= now()", run_id
        )
    )


async def _release(session: Connection, run_id: UUID) -> None:
    await session.execute("select pg_advisory_unlock($1)", _lock_key(run_id))


def _lock_key(run_id: UUID) -> int:
    """A run's advisory lock: the random half of its id."""
    return int.from_bytes(run_id.bytes[8:], signed=True)
