"""A gateway of its own for each test, which answers what the test tells it to."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import pytest

from cairn.options import Connection

Request = dict[str, Any]
Reply = tuple[int, object]


class Gateway(NamedTuple):
    connection: Connection
    requests: list[Request]  # the GraphQL requests that came
    replies: list[Reply]  # given in turn; when they are used up, `otherwise` answers
    otherwise: list[Callable[[Request], Reply]]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    requests: list[Request] = []
    replies: list[Reply] = []
    otherwise: list[Callable[[Request], Reply]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            requests.append(request)
            status, body = replies.pop(0) if replies else otherwise[0](request)
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/graphql"
    monkeypatch.setenv("CAIRN_GATEWAY", url)
    monkeypatch.setenv("CAIRN_TOKEN", "a-token")
    yield Gateway(Connection(gateway=url, token="a-token"), requests, replies, otherwise)
    server.shutdown()
    thread.join()
    server.server_close()
