"""The mail sink's page shows a mail as a mail client does, and nothing in a mail gets out of it."""

from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import pytest

from cairn_development.mailbox import Mailbox
from cairn_development.mailpage import make_mail_page

HOSTILE = '"><script>alert(1)</script><iframe srcdoc="'


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path)


async def page(mailbox: Mailbox, path: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=make_mail_page(mailbox))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path)


def keep(mailbox: Mailbox, subject: str, html: str) -> str:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("In words.")
    message.add_alternative(html, subtype="html")
    return mailbox.keep("cairn@localhost", ["ana@example.org"], message.as_bytes())


async def test_the_list_leads_to_each_mail(mailbox: Mailbox) -> None:
    ids = [keep(mailbox, subject, "<p>Hello</p>") for subject in ("First", "Second")]
    listed = Tags((await page(mailbox, "/")).text).found
    assert [tag["href"] for name, tag in listed if name == "a"] == [
        f"/mails/{id_}" for id_ in reversed(ids)
    ]


async def test_html_is_shown_in_a_frame_in_which_nothing_runs(mailbox: Mailbox) -> None:
    html = "<h1>Your session</h1>\n"
    answer = await page(mailbox, f"/mails/{keep(mailbox, 'Session', html)}")
    [frame] = [tag for name, tag in Tags(answer.text).found if name == "iframe"]
    assert (frame["srcdoc"], frame["sandbox"]) == (html, None)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_mail_stays_within_its_frame(mailbox: Mailbox) -> None:
    plain = Tags((await page(mailbox, f"/mails/{keep(mailbox, 'Plain', '<p>x</p>')}")).text)
    hostile = Tags((await page(mailbox, f"/mails/{keep(mailbox, HOSTILE, HOSTILE)}")).text)
    assert [name for name, _ in hostile.found] == [name for name, _ in plain.found]


async def test_a_mail_that_is_not_there(mailbox: Mailbox) -> None:
    assert (await page(mailbox, "/mails/../issuer")).status_code == 404
