"""The kept mails in a browser and as JSON. All that comes from a mail is escaped."""

import msgspec
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cairn_development.mailbox import Mail, Mailbox, Part, Summary
from cairn_development.settings import LOCAL_NAMES

PAGE = Markup("""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1rem; max-width: 70rem;
  color: #2b2b2b }}
h1 {{ font-size: 1.5rem }}
h2 {{ font-size: 1rem; color: #6b6b6b; margin-top: 2rem }}
a {{ color: #24577a }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ text-align: left; vertical-align: top; padding: .4rem 1rem .4rem 0;
  border-bottom: 1px solid #e4e1da; overflow-wrap: anywhere }}
th {{ color: #6b6b6b; font-weight: normal; white-space: nowrap }}
td.time {{ white-space: nowrap; font-variant-numeric: tabular-nums }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f2ee; padding: 1rem }}
iframe {{ width: 100%; height: 24rem; border: 1px solid #e4e1da; border-radius: 8px }}
</style>
{body}
""")
LIST = Markup("""<h1>Mails</h1>
<p>{count:,} that Cairn sent, the newest first. They are kept here; none has left this machine.</p>
<table><tr><th>Received (UTC)<th>To<th>Subject{rows}</table>""")
ROW = Markup(
    '<tr><td class="time">{at:%Y-%m-%d %H:%M:%S}<td>{to}<td><a href="/mails/{id}">{subject}</a>'
)
READ = Markup("""<p><a href="/">All mails</a></p>
<h1>{subject}</h1>{parts}<h2>Headers</h2><table>{headers}</table>""")
HEADER = Markup("<tr><th>{name}<td>{value}")
TEXT = Markup("<h2>{kind}</h2><pre>{text}</pre>")
# As a mail client shows it: a frame of its own, in which nothing runs and from which nothing leads.
HTML = Markup('<h2>{kind}</h2><iframe sandbox title="The mail" srcdoc="{text}"></iframe>')
OTHER = Markup("<h2>{kind}</h2><p>{filename}, {size} bytes</p>")

# Nothing but the page itself and its styles: a mail that got past the escaping could do nothing.
POLICY = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}


def make_mail_page(mailbox: Mailbox) -> Starlette:
    # Plain functions: Starlette runs them in threads, since they read files.
    def listing(_: Request) -> Response:
        return _page("Mails", _list(mailbox.summaries()))

    def reading(request: Request) -> Response:
        mail = mailbox.read(request.path_params["id"])
        return _page(mail.subject, _mail(mail)) if mail else _none()

    def messages(_: Request) -> Response:
        return _json(mailbox.summaries())

    def message(request: Request) -> Response:
        mail = mailbox.read(request.path_params["id"])
        return _json(mail) if mail else _none()

    return Starlette(
        routes=[
            Route("/", listing),
            Route("/mails/{id}", reading),
            Route("/messages", messages),
            Route("/messages/{id}", message),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_NAMES)],
    )


def _page(title: str, body: Markup) -> Response:
    return HTMLResponse(PAGE.format(title=title, body=body), headers=POLICY)


def _json(content: object) -> Response:
    return Response(msgspec.json.encode(content), media_type="application/json")


def _none() -> Response:
    return Response("There is no such mail.", status_code=404, media_type="text/plain")


def _list(mails: list[Summary]) -> Markup:
    rows = Markup("\n").join(
        ROW.format(
            at=mail.received_at,
            to=", ".join(mail.recipients),
            id=mail.id,
            subject=mail.subject or "(no subject)",
        )
        for mail in reversed(mails)
    )
    return LIST.format(count=len(mails), rows=rows)


def _mail(mail: Mail) -> Markup:
    return READ.format(
        subject=mail.subject or "(no subject)",
        headers=Markup("").join(HEADER.format(name=n, value=v) for n, v in mail.headers),
        parts=Markup("").join(_part(part) for part in mail.parts),
    )


def _part(part: Part) -> Markup:
    if part.text is None:
        name = part.filename or "without a name"
        return OTHER.format(kind=part.content_type, filename=name, size=part.size)
    shown = HTML if part.content_type == "text/html" else TEXT
    return shown.format(kind=part.content_type, text=part.text)
