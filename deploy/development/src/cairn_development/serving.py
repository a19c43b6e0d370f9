"""Issuer and mail sink in one process, for it starts sooner than two."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.types import Receive, Scope, Send

from cairn_development.issuer import load_key, make_issuer
from cairn_development.mailbox import Mailbox
from cairn_development.mailpage import make_mail_page
from cairn_development.settings import Settings


class Taker:
    """Takes every mail that the SMTP server is given."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        kept = await asyncio.to_thread(
            self._mailbox.keep, envelope.mail_from, envelope.rcpt_tos, content
        )
        return f"250 kept as {kept}"


@asynccontextmanager
async def smtp_server(mailbox: Mailbox, host: str, port: int) -> AsyncGenerator[None]:
    taker = Taker(mailbox)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(taker, hostname="localhost", enable_SMTPUTF8=True, loop=loop), host, port
    )
    async with server:
        yield


def serve(settings: Settings) -> None:
    """Serve until told to end."""
    settings.mail.mkdir(parents=True, exist_ok=True)
    mailbox = Mailbox(settings.mail)
    applications = {
        settings.issuer_port: make_issuer(settings.issuer, load_key(settings.issuer_key)),
        settings.mail_port: make_mail_page(mailbox),
    }

    async def by_port(scope: Scope, receive: Receive, send: Send) -> None:
        await applications[scope["server"][1]](scope, receive, send)

    async def main() -> None:
        config = uvicorn.Config(by_port, lifespan="off", access_log=False, log_level="warning")
        sockets = [socket.create_server((settings.host, port)) for port in applications]
        async with smtp_server(mailbox, settings.host, settings.smtp_port):
            await uvicorn.Server(config).serve(sockets=sockets)

    asyncio.run(main())
