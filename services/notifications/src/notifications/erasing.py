"""Erasing a person: their inbox goes, and what others were told of them loses its words."""

from uuid import UUID

from chassis.erasing import forget_person
from chassis.events import Event
from chassis.unit import Unit
from contracts import notifications as contract
from contracts.erasure import ErasureDone
from contracts.notifications import NotificationChange
from contracts.profiles import PERSON, Erasure
from notifications import store
from notifications.domain import redaction


async def erase_person(event: Event[Erasure], unit: Unit) -> None:
    """Erase whom the erasure is of, however far it has come elsewhere; again does no harm."""
    erasure = event.state
    assert erasure is not None
    person_id = erasure.person_id
    await forget_person(unit, PERSON, person_id, erasure.person_version)
    await store.people.forget(unit, person_id, erasure.person_version)
    redacted = await _redact(unit, person_id)
    inbox = await store.notifications.erase_all(unit, await store.inbox_of(unit, person_id))
    wishes = await store.preferences.erase_all(unit, [person_id])
    if await store.erasures.find(unit, erasure.id) is None:
        done = ErasureDone(
            id=erasure.id,
            organisation_id=erasure.organisation_id,
            person_id=person_id,
            done_at=unit.now,
            erased=len(inbox) + len(wishes),
            redacted=redacted,
        )
        await store.erasures.create(unit, done, contract.ErasureChange.DONE)


async def _redact(unit: Unit, person_id: UUID) -> int:
    """Others' notifications of the person, and the invitations that are sent or yet to be sent."""
    about = await store.lock_those_about(unit, person_id)
    changed = [after for each in about if (after := redaction.notification(each)) != each]
    await store.notifications.redact_all(unit, changed, NotificationChange.REDACTED)
    invitations = await store.invitations_with(unit, person_id)
    await store.replace_invitations(
        unit, {delivery: redaction.session(each) for delivery, each in invitations.items()}
    )
    return len(changed)
