"""Handing letters to the mail server."""

from email.message import EmailMessage

import aiosmtplib

from chassis.delivery import Undeliverable

TIMEOUT = 10.0  # seconds, for each step
PERMANENT = 500  # SMTP reply codes from here on are refusals for good


async def send(message: EmailMessage, *, host: str, port: int) -> None:
    """Send a letter; returns when the server has taken it.

    Raises Undeliverable where the server refuses the recipient or the letter for good. What else
    goes wrong may pass, or is ours to set right, and is raised as it is. Neither tells an address.
    """
    try:
        await aiosmtplib.send(message, hostname=host, port=port, timeout=TIMEOUT)
    except aiosmtplib.SMTPRecipientsRefused as error:
        _give_up("recipient", max(refused.code for refused in error.recipients))
        raise
    except aiosmtplib.SMTPDataError as error:
        _give_up("letter", error.code)
        raise
    except aiosmtplib.SMTPNotSupported:
        raise Undeliverable("the mail server cannot take an address beyond ASCII") from None


def _give_up(what: str, code: int) -> None:
    if code >= PERMANENT:
        raise Undeliverable(f"the mail server refuses the {what} ({code})") from None
