"""A mail server that keeps what it takes, and refuses what it is told to."""

import asyncio
import email.policy
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message

from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """`refuses` maps an address to the reply that it gets instead of a welcome."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Message]] = []  # (recipient of the envelope, letter)
        self.refuses: dict[str, str] = {}
        self.refuses_letters: str | None = None
        self.port = 0

    def letters_to(self, address: str) -> list[Message]:
        return [letter for recipient, letter in self.taken if recipient == address]

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if refusal := self.refuses.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuses_letters:
            return self.refuses_letters
        content = envelope.original_content or b""
        letter = message_from_bytes(content, policy=email.policy.default)
        self.taken += [(recipient, letter) for recipient in envelope.rcpt_tos]
        return "250 OK"


@asynccontextmanager
async def mail_server() -> AsyncGenerator[MailServer]:
    server = MailServer()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(server, hostname="localhost", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
    )
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server
