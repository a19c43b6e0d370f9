"""A session as a calendar's object (RFC 5545), and as a message to calendars (RFC 5546)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parseaddr

from icalendar import Calendar, Event, vCalAddress

from contracts.profiles import Person
from contracts.sessions import Session, SessionStatus
from notifications.domain.words import name, one_line


def invitation(
    session: Session, people: Iterable[Person], *, sender: str, stamp: datetime
) -> Calendar:
    """Asks calendars to enter the session, or to strike it out where it was cancelled.

    `sender` is the address the platform mails from, `stamp` when this was said. The platform is the
    organiser: calendars of both people then take the session for one that they were invited to. It
    does not read answers to invitations, so it asks for none. A single meeting is a moment: in UTC
    no calendar has to know our time zones.
    """
    cancelled = session.status is SessionStatus.CANCELLED
    event = Event()
    event.add("uid", session.uid)
    event.add("sequence", session.sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", session.starts_at.astimezone(UTC))
    event.add("dtend", session.ends_at.astimezone(UTC))
    event.add("summary", one_line(session.topic))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if session.place:
        event.add("location", one_line(session.place))
    title, address = parseaddr(sender)
    event.add("organizer", _address(address, title or "Cairn"))
    for person in people:
        attendee = _address(person.email, name(person))
        attendee.params["ROLE"] = "REQ-PARTICIPANT"
        booked = person.id == session.booked_by
        attendee.params["PARTSTAT"] = "ACCEPTED" if booked else "NEEDS-ACTION"
        attendee.params["RSVP"] = "FALSE"
        event.add("attendee", attendee)
    calendar = Calendar()
    calendar.add("prodid", "-//Cairn//notifications//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "REQUEST")
    calendar.add_component(event)
    return calendar


def is_superseded(invitation: Session, current: Session | None) -> bool:
    """Whether calendars have, or are about to get, a newer plan than this one."""
    return (
        current is not None
        and current.sequence > invitation.sequence
        and current.status in (SessionStatus.SCHEDULED, SessionStatus.CANCELLED)
    )


def _address(address: str, common_name: str) -> vCalAddress:
    value = vCalAddress(f"mailto:{one_line(address)}")
    value.params["CN"] = common_name
    return value
