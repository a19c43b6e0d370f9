"""The life of a matching run: requested, running, then completed or failed."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from contracts.matching import Certificate, MatchingRun, Programme, RunStatus

UNFINISHED = frozenset({RunStatus.REQUESTED, RunStatus.RUNNING})


def request(
    programme: Programme,
    *,
    run_id: UUID,
    by: UUID | None,
    at: datetime,
) -> MatchingRun:
    """A run over the programme by its present rules."""
    return MatchingRun(
        id=run_id,
        organisation_id=programme.organisation_id,
        programme_id=programme.id,
        status=RunStatus.REQUESTED,
        requested_by=by,
        requested_at=at,
        rules=programme.rules,
    )


def complete(run: MatchingRun, certificate: Certificate, *, proposed: int) -> MatchingRun:
    """`proposed` counts the pairings that came of it: people may have left or filled up since."""
    return replace(
        run,
        status=RunStatus.COMPLETED,
        certificate=replace(
            certificate, proposed=proposed, unmatched=certificate.mentees - proposed
        ),
    )


def fail(run: MatchingRun, failure: str) -> MatchingRun:
    return replace(run, status=RunStatus.FAILED, failure=failure)
