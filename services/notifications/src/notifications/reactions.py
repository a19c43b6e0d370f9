"""What people are told when something happens: in their inbox, and by e-mail where they wish."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from chassis.events import Event
from chassis.subscriptions import Subscriptions
from chassis.unit import Unit
from contracts.matching import MATCHING_RUN, PAIRING, MatchingRun, Pairing, PairingChange, RunChange
from contracts.notifications import Notification, NotificationChange
from contracts.sessions import (
    FEEDBACK,
    SESSION,
    Feedback,
    FeedbackChange,
    Session,
    SessionChange,
)
from notifications import store
from notifications.domain import audience, telling
from notifications.emails import Email, deliveries
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
    mentor = await people.need(unit, pairing.mentor_id)
    mentee = await people.need(unit, pairing.mentee_id)
    programme = await programmes.need(unit, pairing.programme_id)
    drafts = telling.of_pairing(event, mentor, mentee, programme, now=unit.now)
    await tell(unit, event, drafts)


@hears.reaction(SESSION, Session, on=told(SessionChange))
async def tell_of_session(event: Event[Session], unit: Unit) -> None:
    session = event.state
    assert session is not None
    mentor = await people.need(unit, session.mentor_id)
    mentee = await people.need(unit, session.mentee_id)
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


async def tell(
    unit: Unit,
    event: Event[Any],
    drafts: Sequence[Notification],
    *,
    invitation: Session | None = None,
) -> None:
    """Post the notifications, and plan an e-mail for whoever gets one; once, whatever repeats."""
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
