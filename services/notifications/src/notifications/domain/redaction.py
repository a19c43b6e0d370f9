"""What is left of what speaks of somebody who was erased."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from contracts.notifications import Notification
from contracts.profiles import Person, Standing
from contracts.sessions import Session
from notifications.texts import ERASED, ERASED_BODY, ERASED_TOPIC


def notification(notification: Notification) -> Notification:
    """What happened, to whomever it happened with."""
    return replace(notification, title=ERASED[notification.kind], body=ERASED_BODY)


def session(session: Session) -> Session:
    """The invitation that calendars need to follow, without what was written in it."""
    return replace(session, topic=ERASED_TOPIC, place="", closing_reason="")


def nobody(person_id: UUID, organisation_id: UUID, *, now: datetime) -> Person:
    """Stands in for a person who was erased; as one who has left, they are told nothing."""
    return Person(
        id=person_id,
        organisation_id=organisation_id,
        employee_number="",
        subject="",
        email="",
        given_name="",
        family_name="",
        job_title="",
        site_id=person_id,
        time_zone="",
        standing=Standing.LEFT,
        joined_at=now,
    )
