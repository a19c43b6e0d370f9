"""The mail sink keeps what it is sent, in order, and shows it without trusting it."""

from collections.abc import AsyncGenerator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import aiosmtplib
import httpx2
import pytest

from cairn_development.mailbox import Mailbox
from cairn_development.mailpage import make_mail_page
from cairn_development.serving import smtp_server
from support.servers import free_ports

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path)


@pytest.fixture
async def pages(mailbox: Mailbox) -> AsyncGenerator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(make_mail_page(mailbox))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


def invitation() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Cairn <cairn@localhost>"
    message["To"] = "Zoë <zoe@example.org>"
    message["Subject"] = f"Première rencontre {SCRIPT}"
    message.set_content(f"À bientôt {SCRIPT}")
    message.add_alternative(f"<p>À bientôt {SCRIPT}</p>", subtype="html")
    message.add_attachment(b"\x00\x01", maintype="image", subtype="png", filename="map.png")
    return message


async def test_a_mail_by_smtp_is_kept_whole(mailbox: Mailbox, pages: httpx2.AsyncClient) -> None:
    [port] = free_ports(1)
    async with smtp_server(mailbox, "127.0.0.1", port):
        await aiosmtplib.send(
            invitation(),
            hostname="127.0.0.1",
            port=port,
            recipients=["zoe@example.org", "bcc@x.org"],
        )
    [summary] = (await pages.get("/messages")).json()
    assert summary["recipients"] == ["zoe@example.org", "bcc@x.org"]
    assert summary["subject"] == f"Première rencontre {SCRIPT}"
    mail = (await pages.get(f"/messages/{summary['id']}")).json()
    kinds = [(part["content_type"], part["filename"], part["size"] > 0) for part in mail["parts"]]
    assert kinds == [
        ("text/plain", None, True),
        ("text/html", None, True),
        ("image/png", "map.png", True),
    ]
    assert mail["parts"][0]["text"].strip() == f"À bientôt {SCRIPT}"
    assert mail["parts"][2]["text"] is None


def test_mails_are_listed_in_the_order_of_their_arrival(mailbox: Mailbox) -> None:
    kept = [mailbox.keep("a@x.org", ["b@x.org"], b"Subject: s\r\n\r\n") for _ in range(20)]
    assert mailbox.names() == kept


async def test_nothing_of_a_mail_is_run_by_the_page(
    mailbox: Mailbox, pages: httpx2.AsyncClient
) -> None:
    kept = mailbox.keep(SCRIPT, [SCRIPT], invitation().as_bytes(policy=SMTP))
    for path in ("/", f"/mails/{kept}"):
        page = await pages.get(path)
        assert page.status_code == 200
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe no headers at all",
        b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff",
        b"Subject: =?utf-8?q?broken\r\nContent-Transfer-Encoding: base64\r\n\r\n***",
    ],
)
async def test_a_malformed_mail_is_shown_too(
    mailbox: Mailbox, pages: httpx2.AsyncClient, content: bytes
) -> None:
    kept = mailbox.keep(None, ["b@x.org"], content)
    assert (await pages.get("/messages")).json()[0]["recipients"] == ["b@x.org"]
    for path in ("/", f"/mails/{kept}", f"/messages/{kept}"):
        assert (await pages.get(path)).status_code == 200


@pytest.mark.parametrize("name", ["unknown", "..%2Fsecrets", "%2Fetc%2Fpasswd"])
async def test_there_is_nothing_but_mails(pages: httpx2.AsyncClient, name: str) -> None:
    assert (await pages.get(f"/messages/{name}")).status_code == 404
    assert (await pages.get(f"/mails/{name}")).status_code == 404
