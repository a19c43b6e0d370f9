"""The life of a matching run.

requested ─▶ running ─┬─▶ completed
                      └─▶ drafted ─▶ running ─▶ completed     a dry run that is committed
Until its proposals are being made it can be cancelled; from anywhere in between it can fail.
"""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from contracts.matching import Certificate, MatchingRun, Programme, RunStatus
from matching.refusals import IllegalTransition

UNFINISHED = frozenset({RunStatus.REQUESTED, RunStatus.RUNNING})
DRAFT_KEPT = timedelta(days=14)  # unless it is committed or given up before
PROGRESS = 0.01  # of the computation: what is less is not told


def request(
    programme: Programme,
    *,
    run_id: UUID,
    by: UUID | None,
    at: datetime,
    dry: bool = False,
    seed: int = 0,
) -> MatchingRun:
    """A run over the programme by its rules."""
    return MatchingRun(
        id=run_id,
        organisation_id=programme.organisation_id,
        programme_id=programme.id,
        status=RunStatus.REQUESTED,
        requested_by=by,
        requested_at=at,
        rules=programme.rules,
        dry=dry,
        seed=seed,
    )


def begin(run: MatchingRun) -> MatchingRun:
    return replace(run, status=RunStatus.RUNNING)


def computed(
    run: MatchingRun, certificate: Certificate, *, inputs: str, outcome: str
) -> MatchingRun:
    """What it has come to."""
    return replace(run, certificate=certificate, inputs=inputs, outcome=outcome, progress=1.0)


def draft(run: MatchingRun) -> MatchingRun:
    """Computed, and nothing proposed."""
    return replace(run, status=RunStatus.DRAFTED)


def edit(run: MatchingRun, certificate: Certificate) -> MatchingRun:
    """Changed by hand; the certificate is of what came of it."""
    return replace(run, certificate=certificate, edits=run.edits + 1)


def commit(run: MatchingRun) -> MatchingRun:
    """Raises IllegalTransition."""
    if run.status is not RunStatus.DRAFTED:
        raise IllegalTransition(
            f"Matching run {run.id} is {run.status}; only one that is drafted can be committed."
        )
    return replace(run, status=RunStatus.RUNNING)


def cancel(run: MatchingRun, *, proposes: bool) -> MatchingRun:
    """`proposes`: whether its proposals are being made. Raises IllegalTransition."""
    if proposes or run.status not in {*UNFINISHED, RunStatus.DRAFTED}:
        state = "proposing pairings already" if proposes else f"{run.status}"
        raise IllegalTransition(f"Matching run {run.id} is {state}; it cannot be cancelled.")
    return replace(run, status=RunStatus.CANCELLED)


def complete(run: MatchingRun, *, proposed: int) -> MatchingRun:
    """`proposed` counts the pairings that came of it: people may have left or filled up since."""
    assert run.certificate is not None
    return replace(
        run,
        status=RunStatus.COMPLETED,
        certificate=replace(
            run.certificate, proposed=proposed, unmatched=run.certificate.mentees - proposed
        ),
    )


def fail(run: MatchingRun, failure: str) -> MatchingRun:
    return replace(run, status=RunStatus.FAILED, failure=failure)
