"""E-mails and the invitations in them, read back as a mail client reads them."""

import email.policy
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from chassis.delivery import Undeliverable
from contracts.notifications import Notification
from contracts.profiles import Person
from contracts.sessions import Session, SessionChange, SessionStatus
from notifications.domain import telling
from notifications.invitations import invitation, is_superseded
from notifications.letters import letter
from support.people import NOW, event, person, session

ANA = person("Ana", "Luz", languages=["en-GB"])
KEN = person("Ken", "Sato", time_zone="Asia/Tokyo")
SENDER = "Cairn <cairn@mentors.example>"


def notification_of(planned: Session, change: SessionChange) -> Notification:
    return telling.of_session(event(change, planned), ANA, KEN, now=NOW)[0]


def sent(
    planned: Session, change: SessionChange = SessionChange.SCHEDULED, **options: Any
) -> EmailMessage:
    """The letter to Ana as it comes out of the wire."""
    calendar = invitation(planned, [ANA, KEN], sender=SENDER, stamp=NOW)
    recipient: Person = options.pop("recipient", ANA)
    message = letter(
        options.pop("notification", None) or notification_of(planned, change),
        recipient,
        calendar,
        id=options.pop("id", uuid4()),
        sender=SENDER,
        date=NOW,
    )
    read = message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert not read.defects
    return read


def part(message: EmailMessage, content_type: str) -> EmailMessage:
    [found] = [each for each in message.walk() if each.get_content_type() == content_type]
    assert isinstance(found, EmailMessage)
    return found


def calendar_event(message: EmailMessage) -> Any:
    [found] = Calendar.from_ical(part(message, "text/calendar").get_content()).walk("VEVENT")
    return found


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)


def test_a_letter_has_text_html_and_an_invitation() -> None:
    delivery = uuid4()

    message = sent(session(ANA, KEN), id=delivery)

    assert message.get_content_type() == "multipart/alternative"
    assert [each.get_content_type() for each in message.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert message["To"] == "Ana Luz <ana@example.com>"
    assert message["From"] == SENDER
    assert message["Subject"] == "Session with Ken Sato: Your first hundred days"
    assert message["Message-ID"] == f"<{delivery}@mentors.example>"
    assert message["Date"] == "Tue, 24 Nov 2026 09:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    text = part(message, "text/plain").get_content()
    assert text.startswith("Hello Ana,\n\nSession with Ken Sato: Your first hundred days\n\n")
    assert "When: Wednesday, 25 November 2026, 09:00\N{EN DASH}10:00 (Europe/Lisbon)\n" in text


def test_an_invitation_says_what_calendars_need() -> None:
    planned = session(ANA, KEN, sequence=3)

    message = sent(planned, SessionChange.MOVED)

    assert part(message, "text/calendar").get_param("method") == "REQUEST"
    assert Calendar.from_ical(part(message, "text/calendar").get_content())["method"] == "REQUEST"
    entry = calendar_event(message)
    assert (entry["uid"], entry["sequence"], entry["status"]) == (planned.uid, 3, "CONFIRMED")
    assert entry["dtstart"].to_ical() == b"20261125T090000Z"
    assert entry["dtend"].dt == planned.ends_at
    assert (entry["summary"], entry["location"]) == (planned.topic, planned.place)
    assert entry["organizer"] == "mailto:cairn@mentors.example"
    assert {str(each): each.params["PARTSTAT"] for each in entry["attendee"]} == {
        "mailto:ana@example.com": "NEEDS-ACTION",
        "mailto:ken@example.com": "ACCEPTED",  # who booked it
    }


def test_a_cancelled_session_is_struck_out() -> None:
    cancelled = session(ANA, KEN, sequence=1, status=SessionStatus.CANCELLED)

    message = sent(cancelled, SessionChange.CANCELLED)

    assert part(message, "text/calendar").get_param("method") == "CANCEL"
    entry = calendar_event(message)
    assert (entry["uid"], entry["status"]) == (cancelled.uid, "CANCELLED")


def test_a_letter_without_an_invitation_has_none() -> None:
    planned = session(ANA, KEN)

    message = letter(
        notification_of(planned, SessionChange.HELD), ANA, None, id=uuid4(), sender=SENDER, date=NOW
    )

    assert [each.get_content_type() for each in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "line\r\nBcc: everyone@example.com\r\n\r\nbody",
    "a;b,c\\n:d\nATTENDEE:mailto:mallory@example.com\nEND:VEVENT",
    "שלום \u202eevil\u2066 \x1b[31m\x07",
    "🏔" * 70,
    "é" * 200,
]


@pytest.mark.parametrize("topic", HOSTILE)
def test_what_people_write_stays_what_they_write(topic: str) -> None:
    planned = session(ANA, KEN, topic=topic, place=topic)

    message = sent(planned)

    assert set(message.keys()) == set(sent(session(ANA, KEN)).keys())
    shown = " ".join("".join(c if c.isprintable() else " " for c in topic).split())
    assert message["Subject"] == f"Session with Ken Sato: {shown}"
    clean = Tags(part(sent(session(ANA, KEN)), "text/html").get_content())
    html = Tags(part(message, "text/html").get_content())
    assert (html.names, html.attributes) == (clean.names, clean.attributes)
    assert shown in part(message, "text/plain").get_content()
    entry = calendar_event(message)
    assert (entry["summary"], entry["location"]) == (shown, shown)
    assert len(entry["attendee"]) == 2


@pytest.mark.parametrize("given", ['A "quoted" B', "Sato, Ken", "Ünï <x>", "a;b:c", "x\r\nCc: y"])
def test_names_are_names_wherever_they_stand(given: str) -> None:
    named = replace(KEN, given_name=given)
    planned = session(ANA, named)
    calendar = invitation(planned, [ANA, named], sender=SENDER, stamp=NOW)
    note = notification_of(planned, SessionChange.SCHEDULED)

    message = letter(note, named, calendar, id=uuid4(), sender=SENDER, date=NOW)
    read = message_from_bytes(message.as_bytes(), policy=email.policy.default)

    [address] = read["To"].addresses
    assert address.addr_spec == "ken@example.com"
    assert address.display_name == f"{' '.join(given.split())} Sato"
    assert "Cc" not in read
    names = {each.params["CN"] for each in calendar_event(read)["attendee"]}
    assert "Ana Luz" in names
    assert len(names) == 2


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c", "a b@example.com", "a@example.com, b@example.com", "a\n@b.c"]
)
def test_an_address_that_cannot_be_one_is_given_up(address: str) -> None:
    with pytest.raises(Undeliverable):
        sent(session(ANA, KEN), recipient=replace(ANA, email=address))


def test_a_newer_plan_replaces_an_invitation() -> None:
    planned = session(ANA, KEN)
    moved = replace(planned, sequence=1, starts_at=planned.starts_at + timedelta(minutes=5))

    assert is_superseded(planned, moved)
    assert is_superseded(planned, replace(planned, sequence=1, status=SessionStatus.CANCELLED))
    assert not is_superseded(planned, replace(planned, sequence=1, status=SessionStatus.HELD))
    assert not is_superseded(planned, planned)
    assert not is_superseded(moved, planned)  # our copy may be behind
    assert not is_superseded(planned, None)
