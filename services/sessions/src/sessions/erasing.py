"""Erasing a person: what of the relationship is theirs alone goes, what is of two is redacted."""

from uuid import UUID

from chassis.erasing import forget_person
from chassis.events import Event
from chassis.unit import Unit
from contracts import sessions as contract
from contracts.erasure import ErasureDone
from contracts.profiles import PERSON, Erasure
from contracts.sessions import FeedbackChange, SessionChange
from sessions import store
from sessions.domain import redaction


async def erase_person(event: Event[Erasure], unit: Unit) -> None:
    """Erase whom the erasure is of, however far it has come elsewhere; again does no harm."""
    erasure = event.state
    assert erasure is not None
    person_id = erasure.person_id
    await forget_person(unit, PERSON, person_id, erasure.person_version)
    redacted = await _redact(unit, person_id)
    erased = await _erase(unit, person_id)
    if await store.erasures.find(unit, erasure.id) is None:
        done = ErasureDone(
            id=erasure.id,
            organisation_id=erasure.organisation_id,
            person_id=person_id,
            done_at=unit.now,
            erased=erased,
            redacted=redacted,
        )
        await store.erasures.create(unit, done, contract.ErasureChange.DONE)


async def _redact(unit: Unit, person_id: UUID) -> int:
    """What the other needs too loses its words: sessions, and feedback that the person gave."""
    met = await store.lock_sessions_of(unit, person_id)
    sessions = [after for each in met if (after := redaction.session(each)) != each]
    await store.sessions.redact_all(unit, sessions, SessionChange.REDACTED)
    given = await store.lock_feedback_by(unit, person_id)
    feedback = [after for each in given if (after := redaction.feedback(each)) != each]
    await store.feedback.redact_all(unit, feedback, FeedbackChange.REDACTED)
    return len(sessions) + len(feedback)


async def _erase(unit: Unit, person_id: UUID) -> int:
    goals = await store.goals.erase_all(unit, await store.goals_of(unit, person_id))
    feedback = await store.feedback.erase_all(unit, await store.feedback_about(unit, person_id))
    return len(goals) + len(feedback)
