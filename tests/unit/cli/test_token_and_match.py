"""`cairn token` and `cairn match` as a person meets them."""

import pytest

from cairn.app import app
from cairn.troubles import Trouble

from .conftest import Gateway

ORGANISATION = "018f0000-0000-7000-8000-000000000001"
NAMES = ("mentees", "mentors", "places", "proposed", "unmatched", "firstChoices", "blockingPairs")


def token(gateway: Gateway, *options: str) -> None:
    issuer = gateway.connection.gateway.removesuffix("/graphql")
    app(["token", "ana.silva", "--organisation", ORGANISATION, "--issuer", issuer, *options])


def run(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    return ended.value.code


def test_a_token_is_printed_alone(gateway: Gateway, capsys: pytest.CaptureFixture[str]) -> None:
    answer = {"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}
    gateway.replies.append((200, answer))
    with pytest.raises(SystemExit) as ended:
        token(gateway, "--role", "administrator", "--role", "operator")
    assert ended.value.code == 0
    assert capsys.readouterr().out == "abc\n"
    assert gateway.requests == [
        {
            "subject": "ana.silva",
            "organisation": ORGANISATION,
            "roles": ["administrator", "operator"],
            "seconds": 3600,
        }
    ]


def test_why_there_is_no_token(gateway: Gateway) -> None:
    gateway.replies.append((400, {"error_description": "at most 30 days"}))
    with pytest.raises(Trouble, match="gives no token: at most 30 days"):
        token(gateway, "--seconds", "9999999999")


def started(gateway: Gateway, *statuses: str) -> None:
    run = {"id": "MatchingRun:1", "status": "REQUESTED"}
    payload = {"__typename": "StartMatchingRunPayload", "matchingRun": run}
    gateway.replies.append((200, {"data": {"startMatchingRun": payload}}))
    certificate = dict.fromkeys(NAMES, 1200) | {
        "meanScore": 0.5,
        "lowestScore": 0.1,
        "seconds": 2.0,
    }
    for status in statuses:
        found = run | {"status": status, "failure": "no rules", "certificate": certificate}
        gateway.replies.append((200, {"data": {"node": found}}))


def test_a_run_is_followed_to_its_certificate(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    started(gateway, "RUNNING", "COMPLETED")
    assert run("match", "--programme", ORGANISATION) == 0
    told = capsys.readouterr().out
    assert told.startswith("MatchingRun:1 is complete.\n")
    assert "1,200" in told
    assert "0.500" in told
    sent = gateway.requests[0]["variables"]
    assert sent["input"] == {"programmeId": f"Programme:{ORGANISATION}"}


def test_a_run_that_failed(gateway: Gateway) -> None:
    started(gateway, "FAILED")
    with pytest.raises(Trouble, match="MatchingRun:1 failed: no rules"):
        app(["match", "--programme", "Programme:1"])
