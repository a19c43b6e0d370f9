"""The life of an erasure: requested, done by one service after the other, complete.

One person has one erasure, ever: its id follows from the person's.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from chassis.ids import derived_id
from contracts.erasure import ErasureDone
from contracts.profiles import Erasure, ErasureStep

PROMISE = timedelta(minutes=15)  # until every database has forgotten
LAW = timedelta(days=30)  # GDPR, Article 12(3): without undue delay, within one month
LOG = timedelta(hours=49)  # until the log has let go: max.compaction.lag.ms, and a beat


def erasure_id(person_id: UUID) -> UUID:
    return derived_id("erasure", person_id)


def request(
    person_id: UUID,
    *,
    organisation_id: UUID,
    person_version: int,
    erased: int,
    requested_by: UUID | None,
    services: Iterable[str],
    now: datetime,
) -> Erasure:
    """An erasure of which profiles has just done its part; `services` have yet to do theirs."""
    own = ErasureStep(service="profiles", done_at=now, erased=erased)
    return Erasure(
        id=erasure_id(person_id),
        organisation_id=organisation_id,
        person_id=person_id,
        person_version=person_version,
        requested_by=requested_by,
        requested_at=now,
        promised_by=now + PROMISE,
        due_by=now + LAW,
        steps=[own, *(ErasureStep(service=service) for service in services)],
    )


def note(erasure: Erasure, service: str, done: ErasureDone, *, now: datetime) -> Erasure:
    """The erasure once a service is done; complete where that was the last one."""
    step = ErasureStep(
        service=service, done_at=done.done_at, erased=done.erased, redacted=done.redacted
    )
    steps = [step if each.service == service else each for each in erasure.steps]
    noted = replace(erasure, steps=steps)
    if erasure.completed_at is not None or missing(noted):
        return noted
    return replace(noted, completed_at=now, log_clear_by=now + LOG)


def missing(erasure: Erasure) -> list[str]:
    """The services that are not done."""
    return [step.service for step in erasure.steps if step.done_at is None]
