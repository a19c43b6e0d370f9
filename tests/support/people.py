"""People, and what happens between them, as the other services tell it."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from chassis.envelope import Envelope
from chassis.events import Event
from chassis.ids import new_id
from contracts.matching import Pairing, PairingStatus, Programme, Reason
from contracts.profiles import Person
from contracts.sessions import Session

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ORGANISATION = uuid4()


def person(given: str, family: str, **changes: Any) -> Person:
    fields: dict[str, Any] = {
        "id": new_id(),
        "organisation_id": ORGANISATION,
        "employee_number": given,
        "subject": given,
        "email": f"{given.lower()}@example.com",
        "given_name": given,
        "family_name": family,
        "job_title": "Engineer",
        "site_id": uuid4(),
        "time_zone": "Europe/Lisbon",
        "joined_at": NOW,
    }
    return Person(**(fields | changes))


def programme(name: str = "First steps") -> Programme:
    return Programme(id=new_id(), organisation_id=ORGANISATION, name=name, starts_on=NOW.date())


def pairing(mentor: Person, mentee: Person, **changes: Any) -> Pairing:
    fields: dict[str, Any] = {
        "id": new_id(),
        "organisation_id": ORGANISATION,
        "programme_id": uuid4(),
        "mentor_id": mentor.id,
        "mentee_id": mentee.id,
        "status": PairingStatus.PROPOSED,
        "reasons": [Reason(criterion="languages", sentence="You both speak Portuguese.", share=1)],
        "proposed_at": NOW,
    }
    return Pairing(**(fields | changes))


def session(mentor: Person, mentee: Person, **changes: Any) -> Session:
    identity = new_id()
    fields: dict[str, Any] = {
        "id": identity,
        "organisation_id": ORGANISATION,
        "pairing_id": uuid4(),
        "mentor_id": mentor.id,
        "mentee_id": mentee.id,
        "topic": "Your first hundred days",
        "starts_at": NOW + timedelta(days=1),
        "ends_at": NOW + timedelta(days=1, hours=1),
        "place": "Room 4.12",
        "booked_by": mentee.id,
        "uid": f"{identity}@cairn",
    }
    return Session(**(fields | changes))


def event(change: StrEnum, state: Any, *, by: UUID | str = "service:elsewhere") -> Event[Any]:
    topic = change.value.rpartition(".")[0]
    envelope = Envelope(
        id=new_id(),
        source=topic.partition(".")[0],
        type=change.value,
        subject=state.id,
        time=NOW,
        organisation_id=state.organisation_id,
        version=1,
        actor=str(by),
        causation_id=new_id(),
        correlation_id=new_id(),
    )
    return Event(envelope=envelope, topic=topic, partition=0, offset=0, state=state, body=b"{}")
