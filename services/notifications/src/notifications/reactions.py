"""What people are told when something happens: in their inbox, and by e-mail where they wish."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.copies import Gone
from chassis.events import Event
from chassis.subscriptions import Subscriptions
from chassis.unit import Unit
from contracts.matching import (
    MATCHING_RUN,
    PAIRING,
    REQUEST,
    MatchingRun,
    MentorRequest,
    Pairing,
    PairingChange,
    RequestChange,
    RunChange,
)
from contracts.notifications import Notification, NotificationChange
from contracts.profiles import ERASURE, Erasure, ErasureChange, Person
from contracts.sessions import (
    FEEDBACK,
    SESSION,
    Feedback,
    FeedbackChange,
    Session,
    SessionChange,
)
from notifications import store
from notifications.domain import audience, redaction, telling
from notifications.emails import Email, deliveries
from notifications.erasing import erase_person
from notifications.store import people, programmes, sessions
from notifications.texts import STORIES

INVITES = (SessionChange.SCHEDULED, SessionChange.MOVED, SessionChange.CANCELLED)

hears = Subscriptions()
hears.keeps(people)
hears.keeps(programmes)
hears.keeps(sessions)


def told(changes: type[StrEnum]) -> list[StrEnum]:
    return [change for change in changes if change in STORIES]


@hears.reaction(PAIRING, Pairing, on=told(PairingChange))
async def tell_of_pairing(event: Event[Pairing], unit: Unit) -> None:
    pairing = event.state
    assert pairing is not None
    mentor = await somebody(unit, pairing.mentor_id)
    mentee = await somebody(unit, pairing.mentee_id)
    programme = await programmes.need(unit, pairing.programme_id)
    drafts = telling.of_pairing(event, mentor, mentee, programme, now=unit.now)
    await tell(unit, event, drafts)


@hears.reaction(REQUEST, MentorRequest, on=told(RequestChange))
async def tell_of_request(event: Event[MentorRequest], unit: Unit) -> None:
    request = event.state
    assert request is not None
    mentor = await somebody(unit, request.mentor_id)
    mentee = await somebody(unit, request.mentee_id)
    programme = await programmes.need(unit, request.programme_id)
    drafts = telling.of_request(event, mentor, mentee, programme, now=unit.now)
    await tell(unit, event, drafts)


@hears.reaction(SESSION, Session, on=told(SessionChange))
async def tell_of_session(event: Event[Session], unit: Unit) -> None:
    session = event.state
    assert session is not None
    mentor = await somebody(unit, session.mentor_id)
    mentee = await somebody(unit, session.mentee_id)
    drafts = telling.of_session(event, mentor, mentee, now=unit.now)
    await tell(unit, event, drafts, invitation=session if event.type in INVITES else None)


@hears.reaction(FEEDBACK, Feedback, on=told(FeedbackChange))
async def tell_of_feedback(event: Event[Feedback], unit: Unit) -> None:
    feedback = event.state
    assert feedback is not None
    about = await people.need(unit, feedback.about_id)
    author = await people.need(unit, feedback.author_id)
    session = await sessions.need(unit, feedback.session_id)
    await tell(unit, event, telling.of_feedback(event, about, author, session, now=unit.now))


@hears.reaction(MATCHING_RUN, MatchingRun, on=told(RunChange))
async def tell_of_run(event: Event[MatchingRun], unit: Unit) -> None:
    run = event.state
    assert run is not None
    if run.requested_by is None:
        return
    requester = await people.need(unit, run.requested_by)
    programme = await programmes.need(unit, run.programme_id)
    await tell(unit, event, telling.of_run(event, requester, programme, now=unit.now))


async def somebody(unit: Unit, person_id: UUID) -> Person:
    """The person, or who stands in for one who was erased: the other is to be told all the same.

    Raises NotYet.
    """
    try:
        return await people.need(unit, person_id)
    except Gone:
        return redaction.nobody(person_id, unit.organisation_id, now=unit.now)


async def tell(
    unit: Unit,
    event: Event[Any],
    drafts: Sequence[Notification],
    *,
    invitation: Session | None = None,
) -> None:
    """Post the notifications, and plan an e-mail for whoever gets one; once, whatever repeats.

    Of somebody who was erased nothing is told but what happened.
    """
    gone = await store.erased_among(unit, [each.other_id for each in drafts if each.other_id])
    drafts = [redaction.notification(each) if each.other_id in gone else each for each in drafts]
    invitation = redaction.session(invitation) if invitation and gone else invitation
    posted = await store.not_posted(unit, drafts)
    await store.notifications.create_all(unit, posted, NotificationChange.POSTED)
    for draft in posted:
        preferences = await store.preferences_of(unit, draft.person_id)
        if audience.is_mailed(event, draft.person_id, preferences):
            await deliveries.plan(
                unit,
                kind="email",
                recipient=draft.person_id,
                payload=Email(notification_id=draft.id, invitation=invitation),
                about=event,
            )


# Each change tells it anew: when a service comes to read of an erasure, its request may be gone
# from the log, and others may be done already.
hears.reaction(
    ERASURE,
    Erasure,
    on=(ErasureChange.REQUESTED, ErasureChange.PROGRESSED, ErasureChange.COMPLETED),
)(erase_person)
