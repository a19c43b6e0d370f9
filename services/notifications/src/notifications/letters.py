"""A notification as an e-mail: text, HTML and, for sessions, an invitation."""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from uuid import UUID

from icalendar import Calendar
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from chassis.delivery import Undeliverable
from contracts.notifications import Notification
from contracts.profiles import Person
from notifications.domain.words import name, one_line

_templates = Environment(
    loader=PackageLoader("notifications"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def letter(
    notification: Notification,
    recipient: Person,
    invitation: Calendar | None,
    *,
    id: UUID,  # noqa: A002
    sender: str,
    date: datetime,
) -> EmailMessage:
    """The same `id` makes the same Message-ID, by which receivers know a repeat.

    Raises Undeliverable where the recipient's address cannot be one.
    """
    message = EmailMessage()
    message["From"] = sender
    message["To"] = _address(recipient)
    message["Subject"] = one_line(notification.title)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = f"<{id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office replies stay away
    said = {
        "title": notification.title,
        "greeting": f"Hello {one_line(recipient.given_name)},",
        "lines": notification.body.splitlines(),
    }
    message.set_content(_templates.get_template("letter.txt").render(said))
    message.add_alternative(_templates.get_template("letter.html").render(said), subtype="html")
    if invitation is not None:
        message.add_alternative(
            invitation.to_ical().decode(),
            subtype="calendar",
            params={"method": str(invitation["method"])},
        )
    return message


def _address(person: Person) -> Address:
    try:
        return Address(name(person), addr_spec=person.email)
    except (ValueError, IndexError, MessageError):
        raise Undeliverable("the recipient's address cannot be one") from None
