"""How far matching runs are, and what they have computed and not proposed yet."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec

from chassis.database import Connection
from chassis.telemetry import current_trace
from chassis.unit import Cause, Unit
from contracts.matching import Certificate, Reason
from matching.matcher.plan import Proposal

PAGE = 2000  # rows in one statement


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is not finished."""

    organisation_id: UUID
    run_id: UUID
    cause: Cause
    trace: dict[str, str]


async def in_progress(unit: Unit, programme_id: UUID) -> UUID | None:
    """The programme's run that is not finished, if there is one."""
    return await unit.connection.fetchval(
        """
        select id from runs
        where organisation_id = $1 and programme_id = $2 and status in ('requested', 'running')
        """,
        unit.organisation_id,
        programme_id,
    )


async def request(unit: Unit, run_id: UUID) -> None:
    await unit.connection.execute(
        "insert into run_work (organisation_id, run_id, cause, trace) values ($1, $2, $3, $4)",
        unit.organisation_id,
        run_id,
        msgspec.json.encode(unit.cause),
        msgspec.json.encode(current_trace()),
    )


@asynccontextmanager
async def claim(session: Connection) -> AsyncGenerator[Work | None]:
    """The oldest run that nobody works on; nobody else claims it while the context is open.

    `session` is of the role that sees every tenant's work; if it dies, so does the claim.
    """
    work = await _find(session)
    try:
        yield work
    finally:
        if work is not None:
            await _release(session, work.run_id)


async def begin_attempt(unit: Unit, run_id: UUID) -> int | None:
    """Count an attempt at computing the run; None where it has been computed."""
    return await unit.connection.fetchval(
        """
        update run_work set attempts = attempts + 1
        where organisation_id = $1 and run_id = $2 and certificate is null
        returning attempts
        """,
        unit.organisation_id,
        run_id,
    )


async def keep_plan(
    unit: Unit, run_id: UUID, proposals: Sequence[Proposal], certificate: Certificate
) -> None:
    """Keep what was computed, unless somebody else has."""
    first = await unit.connection.fetchval(
        """
        update run_work set certificate = $3
        where organisation_id = $1 and run_id = $2 and certificate is null returning true
        """,
        unit.organisation_id,
        run_id,
        msgspec.json.encode(certificate),
    )
    if not first:
        return
    for start in range(0, len(proposals), PAGE):
        page = proposals[start : start + PAGE]
        await unit.connection.execute(
            """
            insert into run_proposals
                (organisation_id, run_id, mentee_id, mentor_id, score, reasons)
            select $1, $2, * from unnest($3::uuid[], $4::uuid[], $5::float8[], $6::jsonb[])
            """,
            unit.organisation_id,
            run_id,
            [proposal.mentee_id for proposal in page],
            [proposal.mentor_id for proposal in page],
            [proposal.score for proposal in page],
            [msgspec.json.encode(proposal.reasons) for proposal in page],
        )


async def take_proposals(unit: Unit, run_id: UUID, most: int) -> list[Proposal]:
    """Take proposals that nobody has acted on; they come back if the unit fails."""
    rows = await unit.connection.fetch(
        """
        delete from run_proposals
        where organisation_id = $1 and run_id = $2 and mentee_id = any(array(
            select mentee_id from run_proposals
            where organisation_id = $1 and run_id = $2 order by mentee_id limit $3))
        returning mentee_id, mentor_id, score, reasons
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
        )
        for row in rows
    ]


async def forget_proposals(unit: Unit, person_id: UUID) -> None:
    """Forget what was computed for a person and not proposed yet."""
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


async def end_work(unit: Unit, run_id: UUID) -> Certificate | None:
    """Forget a run's work; returns the certificate, if it came to that."""
    await unit.connection.execute(
        "delete from run_proposals where organisation_id = $1 and run_id = $2",
        unit.organisation_id,
        run_id,
    )
    certificate = await unit.connection.fetchval(
        """
        delete from run_work where organisation_id = $1 and run_id = $2 returning certificate
        """,
        unit.organisation_id,
        run_id,
    )
    return certificate and msgspec.json.decode(certificate, type=Certificate)


async def _find(session: Connection) -> Work | None:
    rows = await session.fetch(
        """
        select organisation_id, run_id, cause, trace from run_work
        order by requested_at, run_id limit 100
        """
    )
    for row in rows:
        if await session.fetchval("select pg_try_advisory_lock($1)", _lock_key(row["run_id"])):
            if await _is_there(session, row["run_id"]):
                return Work(
                    organisation_id=row["organisation_id"],
                    run_id=row["run_id"],
                    cause=msgspec.json.decode(row["cause"], type=Cause),
                    trace=msgspec.json.decode(row["trace"]),
                )
            await _release(session, row["run_id"])
    return None


async def _is_there(session: Connection, run_id: UUID) -> bool:
    """Whether the run is still to be worked on, now that nobody else can finish it."""
    return bool(await session.fetchval("select true from run_work where run_id = $1", run_id))


async def _release(session: Connection, run_id: UUID) -> None:
    await session.execute("select pg_advisory_unlock($1)", _lock_key(run_id))


def _lock_key(run_id: UUID) -> int:
    """A run's advisory lock: the random half of its id."""
    return int.from_bytes(run_id.bytes[8:], signed=True)
