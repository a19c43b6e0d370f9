"""`cairn import` against a gateway: what is sent, what is told, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from cairn.app import app
from cairn.sample import write_sample

from .conftest import Gateway, Reply, Request

HEADER = (
    "employee_number,subject,email,given_name,family_name,job_title,site,manager,offers_mentoring"
)


def taken(request: Request) -> Reply:
    (rows,) = request["variables"]["input"].values()
    return answer(request, created=len(rows))


def answer(request: Request, **counts: Any) -> Reply:
    name = "importSites" if "importSites" in request["query"] else "importPeople"
    payload = {"created": 0, "changed": 0, "unchanged": 0, "refused": [], "warned": []} | counts
    typename = name[0].upper() + name[1:] + "Payload"
    return 200, {"data": {name: {"__typename": typename, **payload}}}


def run(*arguments: object) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        app([str(argument) for argument in ("import", *arguments)])
    return ended.value.code


def people(folder: Path, *rows: str) -> Path:
    file = folder / "people.csv"
    file.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    return file


def row(number: str, manager: str = "", offers: str = "yes") -> str:
    return f"{number},{number},{number}@x.example,Ana,Silva,Clerk,LIS,{manager},{offers}"


def test_the_sample_goes_in_chunks_with_a_key_each(
    tmp_path: Path, gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    write_sample(1200, tmp_path, seed=1, organisation="Aldermoor Group")
    gateway.otherwise.append(taken)

    assert run(tmp_path / "people.csv", "--sites", tmp_path / "sites.csv", "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert told["sites"]["created"] == 6
    assert told["people"]["created"] == 1200
    sent = [request["variables"]["input"] for request in gateway.requests]
    assert [*sent[0]] == ["sites"]
    assert max(len(each["people"]) for each in sent[1:]) <= 100
    keys = [request["variables"]["key"] for request in gateway.requests]
    assert len(set(keys)) == len(keys)
    arrived: set[str] = set()
    for each in sent[1:]:
        managers = {person["manager"] for person in each["people"] if "manager" in person}
        assert managers <= arrived
        arrived |= {person["employeeNumber"] for person in each["people"]}


def test_refused_rows_are_named_by_their_line(
    tmp_path: Path, gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    def refusing(request: Request) -> Reply:
        refused = [
            {"row": 1, "field": "site", "message": "There is no site with this code."},
            {"row": 1, "field": "jobTitle", "message": "A value is needed here."},
        ]
        warned = [{"row": 0, "field": "manager", "message": "Nobody has this employee number."}]
        return answer(request, created=1, refused=refused, warned=warned)

    gateway.otherwise.append(refusing)
    file = people(tmp_path, row("E1", offers="perhaps"), row("E2", manager="E9"), row("E3"))

    assert run(file) == 1

    told = capsys.readouterr()
    assert told.err.splitlines() == [
        "refused: people.csv:2: offers_mentoring: expected yes or no",
        "refused: people.csv:4: site: There is no site with this code.",
        "refused: people.csv:4: job_title: A value is needed here.",
        "warning: people.csv:3: manager: Nobody has this employee number.",
    ]
    assert told.out.split()[-5:] == ["people", "1", "0", "0", "2"]


def test_a_circle_alone_refuses_nobody(
    tmp_path: Path, gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.otherwise.append(taken)
    assert run(people(tmp_path, row("E1", manager="E2"), row("E2", manager="E1"))) == 0
    assert "E1 → E2 → E1 is a circle" in capsys.readouterr().err


def test_a_chunk_is_sent_again_with_its_key(tmp_path: Path, gateway: Gateway) -> None:
    busy = {"data": {"importPeople": {"__typename": "Busy", "message": "Later."}}}
    gateway.replies.extend([(503, {}), (200, busy)])
    gateway.otherwise.append(taken)

    assert run(people(tmp_path, row("E1"))) == 0

    assert len(gateway.requests) == 3
    assert len({json.dumps(request) for request in gateway.requests}) == 1
