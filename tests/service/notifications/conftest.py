from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

import pytest

from notifications.main import service
from notifications.settings import settings
from support.databases import ServiceDatabase
from support.harness import Harness, harness
from support.smtp import MailServer, mail_server


@pytest.fixture(scope="module")
async def notifications(
    database: Callable[[str], Awaitable[ServiceDatabase]],
) -> AsyncGenerator[Harness]:
    async with harness(service, await database("notifications")) as running:
        yield running


@pytest.fixture(scope="module")
async def mail() -> AsyncGenerator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def environment(mail: MailServer) -> Generator[None]:
    told = {
        "DATABASE_APP": "not used here",
        "DATABASE_PIPE": "not used here",
        "KAFKA": "not used here",
        "COMMAND_KEY": "not used here, and yet long enough",
        "PORT": "0",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail.port),
        "MAIL_FROM": "Cairn <cairn@mentors.example>",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(f"CAIRN_{name}", value)
        settings.cache_clear()
        yield
    settings.cache_clear()
