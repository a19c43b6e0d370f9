"""`cairn status` asks every program, and its exit code says whether all are ready."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from cairn.app import app

PROGRAMS = ("gateway", "profiles", "matching", "sessions", "notifications", "projector")
BROKEN = "The database does not answer."


@pytest.fixture
def platform() -> Iterator[str]:
    """Programs that are ready at /well, and one that is not at /broken."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            well = self.path == "/well/readyz"
            answer = {"ready": well, "problems": [] if well else [BROKEN]}
            payload = json.dumps(answer).encode()
            self.send_response(200 if well else 503)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def run(**addresses: str) -> int | str | None:
    options = [part for name, address in addresses.items() for part in (f"--{name}", address)]
    with pytest.raises(SystemExit) as ended:
        app(["status", "--json", *options])
    return ended.value.code


def test_all_are_ready(platform: str, capsys: pytest.CaptureFixture[str]) -> None:
    addresses = dict.fromkeys(PROGRAMS, f"{platform}/well")
    addresses["gateway"] += "/graphql"
    assert run(**addresses) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(each["name"], each["ready"]) for each in told] == [(name, True) for name in PROGRAMS]


def test_one_is_not(platform: str, capsys: pytest.CaptureFixture[str]) -> None:
    addresses = dict.fromkeys(PROGRAMS, f"{platform}/well")
    broken = {"matching": f"{platform}/broken", "sessions": "http://127.0.0.1:1"}
    assert run(**(addresses | broken)) == 1
    told = {each["name"]: each["problems"] for each in json.loads(capsys.readouterr().out)}
    assert told["matching"] == [BROKEN]
    assert told["sessions"] == ["It does not answer (ConnectError)."]
