"""GraphiQL, for development: a page that loads nothing from elsewhere.

`*.gz` and `LICENSE.*` are of its packages; `python -m tools.graphiql` brings them here.
"""

import gzip
from pathlib import Path

from starlette.responses import Response
from starlette.types import ASGIApp

FOLDER = Path(__file__).parent
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}

# Its scripts are files of ours; its editor sets styles of elements.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self';"
    " img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


def routes() -> list[tuple[str, ASGIApp]]:
    """`/graphiql`, and what it loads."""
    names = ("graphiql.css", "react.js", "react-dom.js", "graphiql.js", "start.js")
    return [
        ("/graphiql", _file("index.html")),
        *((f"/graphiql/{name}", _file(name)) for name in names),
    ]


def _file(name: str) -> ASGIApp:
    compressed = FOLDER / f"{name}.gz"
    if compressed.exists():
        content = compressed.read_bytes()
    else:
        content = gzip.compress((FOLDER / name).read_bytes(), mtime=0)
    headers = {
        "content-type": f"{KINDS[Path(name).suffix]}; charset=utf-8",
        "content-encoding": "gzip",  # which every browser can read
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
    }
    return Response(content, 200, headers)
