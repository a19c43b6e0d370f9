"""The e-mails that are planned, and what becomes of each when it is due."""

from functools import partial
from uuid import UUID

import msgspec
from icalendar import Calendar

from chassis.delivery import Deliveries, Delivery, Send, Suppressed
from chassis.unit import Unit
from contracts.notifications import Notification
from contracts.profiles import Standing
from contracts.sessions import Session
from notifications import post
from notifications.domain.audience import wants_mail
from notifications.invitations import invitation, is_superseded
from notifications.letters import letter
from notifications.settings import settings
from notifications.store import notifications, people, preferences_of, sessions

deliveries = Deliveries()


class Email(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail that tells what a notification tells; who gets it is looked up when it is sent."""

    notification_id: UUID
    invitation: Session | None = None  # as it was planned


@deliveries.sends("email", Email)
async def prepare_email(delivery: Delivery[Email], unit: Unit) -> Send | Suppressed:
    recipient = await people.find(unit, delivery.recipient)
    notification = await notifications.find(unit, delivery.payload.notification_id)
    if recipient is None or recipient.standing is Standing.LEFT or notification is None:
        return Suppressed(reason="the recipient has left")
    if not wants_mail(await preferences_of(unit, recipient.id), notification.kind):
        return Suppressed(reason="the recipient does not wish it")
    planned = delivery.payload.invitation
    if planned and is_superseded(planned, await sessions.find(unit, planned.id)):
        return Suppressed(reason="a newer invitation replaces it")
    told = settings()
    message = letter(
        notification,
        recipient,
        await _invitation(unit, planned, notification) if planned else None,
        id=delivery.id,
        sender=told.mail_from,
        date=unit.now,
    )
    return partial(post.send, message, host=told.smtp_host, port=told.smtp_port)


async def _invitation(unit: Unit, planned: Session, notification: Notification) -> Calendar:
    both = [await people.find(unit, each) for each in (planned.mentor_id, planned.mentee_id)]
    return invitation(
        planned,
        [person for person in both if person is not None],
        sender=settings().mail_from,
        stamp=notification.posted_at,
    )
