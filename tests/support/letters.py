"""The letters that the mail sink has, as their readers' programs see them."""

import email.policy
from email import message_from_bytes
from email.message import EmailMessage

from icalendar import Calendar

from support.running import RunningPlatform


def letters_to(platform: RunningPlatform, address: str) -> list[EmailMessage]:
    """The oldest first."""
    wanted = f"X-Envelope-To: {address}\r\n".encode()
    letters: list[EmailMessage] = []
    for path in sorted(platform.folder.mail.glob("*.eml")):
        with path.open("rb") as file:
            file.readline()  # X-Envelope-From
            if file.readline() == wanted:
                letters.append(message_from_bytes(file.read(), policy=email.policy.default))
    return letters


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return body.get_content()


def invitation_in(letter: EmailMessage) -> Calendar | None:
    """The calendar part, whose method its header and its content agree on."""
    for part in letter.walk():
        if part.get_content_type() == "text/calendar":
            calendar = Calendar.from_ical(part.get_content())
            assert part.get_param("method") == calendar["method"]
            return calendar
    return None
