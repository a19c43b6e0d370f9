"""`cairn import` on the running platform: what is wrong is named, and the rest is loaded."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from chassis.topics import ends
from contracts.catalogue import TOPICS
from contracts.profiles import PERSON, SITE
from support.api import Api, nodes
from support.command_line import Said, cairn
from support.ledger import read_log
from support.organisation import Organisation, mentor
from support.running import JSON, RunningPlatform

pytestmark = pytest.mark.platform

PEOPLE = 60
HEADER = "employee_number,subject,email,given_name,family_name,job_title,site,manager,capacity"


@dataclass
class Office:
    """An organisation whose administrator loads files."""

    platform: RunningPlatform
    administrator: Api
    id: str

    async def load(self, *arguments: str | Path) -> Said:
        return await cairn(
            self.platform, "import", *arguments, "--json", token=self.administrator.token
        )

    async def people(self) -> dict[str, JSON]:
        """By their employee number."""
        query = """{ people(first: 100) { edges { node {
          employeeNumber jobTitle capacity manager { employeeNumber } } } } }"""
        found = nodes((await self.administrator.query(query))["people"])
        return {person["employeeNumber"]: person for person in found}

    async def logged(self) -> dict[tuple[str, int], int]:
        """Where the log of sites and people ends."""
        return await ends(self.platform.settings.kafka, [TOPICS[PERSON], TOPICS[SITE]])


async def office_of(platform: RunningPlatform) -> Office:
    tenant = Organisation(platform)
    await tenant.set_up()
    return Office(platform, await tenant.administrator(), str(tenant.id))


def row(number: str, **cells: str) -> str:
    usual = {
        "subject": f"subject-{number}",
        "email": f"{number}@meridian.example",
        "given_name": "Ines",
        "family_name": "Almeida",
        "job_title": "Engineer",
        "site": "LIS",
    }
    values = {"employee_number": number} | usual | cells
    return ",".join(values.get(column, "") for column in HEADER.split(","))


async def test_every_bad_row_is_named_and_the_rest_is_loaded(
    platform: RunningPlatform, tmp_path: Path
) -> None:
    office = await office_of(platform)
    lines: list[tuple[str | bytes, tuple[str | None, str] | None]] = [
        (row("E01"), None),
        (row("E02", site="OSL"), ("site", "There is no site with this code")),
        (row("E03", capacity="two"), ("capacity", "expected a whole number")),
        (row("E04") + ",more", (None, "expected 9 cells as in the header, found 10")),
        (row("E05", job_title=""), ("job_title", "expected a value, the cell is empty")),
        (row("E06", email="nowhere"), ("email", "This is not an e-mail address")),
        (row("E01", subject="other"), ("employee_number", "line 2 has the same")),
        (row("E08", given_name="In\x07es"), ("given_name", "without control characters")),
        (row("E09").encode().replace(b"Ines", b"In\xeas"), ("given_name", "text in UTF-8")),
        (row("E10", capacity="1000000"), ("capacity", "")),
        ('E11,"an open quotation mark', (None, "expected a quotation mark that closes")),
        (row("E12", manager="E14"), None),  # below whom she stands in the file
        (row("E13", manager="E99"), None),  # whom nobody knows
        (row("E14", capacity="2"), None),
    ]
    file = tmp_path / "people.csv"
    content = [HEADER.encode()]
    content += [line if isinstance(line, bytes) else line.encode() for line, _ in lines]
    file.write_bytes(b"\n".join(content))

    said = await office.load(file)
    outcome = said.json["people"]
    found = {(each["line"], each["column"]): each["message"] for each in outcome["problems"]}
    expected = {
        (place, problem[0]): problem[1]
        for place, (_, problem) in enumerate(lines, start=2)
        if problem
    }
    assert found.keys() == expected.keys()
    for place, words in expected.items():
        assert words in found[place], place
    [warning] = outcome["warnings"]
    assert (warning["line"], warning["column"]) == (14, "manager")
    assert (said.code, outcome["created"], outcome["refused"]) == (1, 4, len(expected))
    people = await office.people()
    assert people.keys() == {"E01", "E12", "E13", "E14"}
    assert people["E12"]["manager"] == {"employeeNumber": "E14"}
    assert people["E13"]["manager"] is None


async def test_nothing_of_a_person_is_repeated_in_what_is_said(
    platform: RunningPlatform, tmp_path: Path
) -> None:
    office = await office_of(platform)
    file = tmp_path / "people.csv"
    secret = "canary-9f2c"
    file.write_text("\n".join([HEADER, row("E01", email=secret), row("E02", site=secret)]))
    said = await cairn(platform, "import", file, token=office.administrator.token)
    assert said.code == 1
    assert "people.csv:2: email: " in said.errors
    assert "people.csv:3: site: " in said.errors
    assert secret not in said.errors + said.output


async def test_an_unknown_column_is_named(platform: RunningPlatform, tmp_path: Path) -> None:
    office = await office_of(platform)
    file = tmp_path / "people.csv"
    file.write_text(f"{HEADER},shoe_size,job_titel\n{row('E01')},42,\n")
    said = await office.load(file)
    assert said.code == 2
    assert "“shoe_size”" in said.errors
    assert "“job_titel” (is it job_title?)" in said.errors
    assert await office.people() == {}

    said = await office.load(file, "--ignore-unknown")
    assert (said.code, said.json["people"]["created"]) == (0, 1)


async def test_the_same_file_changes_nothing_and_a_changed_row_one_person(
    platform: RunningPlatform, tmp_path: Path
) -> None:
    office = await office_of(platform)
    made = await cairn(platform, "sample", "--people", str(PEOPLE), "--out", tmp_path)
    assert made.code == 0, made.errors
    file, sites = tmp_path / "people.csv", tmp_path / "sites.csv"
    said = await office.load(file, "--sites", sites)
    assert (said.code, said.json["people"]["created"]) == (0, PEOPLE)
    people, logged = await office.people(), await office.logged()

    said = await office.load(file, "--sites", sites)
    assert said.code == 0
    for name, rows in (("people", PEOPLE), ("sites", 6)):
        counts = [said.json[name][count] for count in ("created", "changed", "unchanged")]
        assert counts == [0, 0, rows]
    assert await office.logged() == logged

    number = _promote_one(file)
    said = await office.load(file)
    counts = [said.json["people"][count] for count in ("created", "changed", "unchanged")]
    assert (said.code, counts) == (0, [0, 1, PEOPLE - 1])
    people[number]["jobTitle"] = "Master of the Harbour"
    assert await office.people() == people
    assert sum((await office.logged()).values()) == sum(logged.values()) + 1
    changes = await _changes(platform, office)
    assert changes == [(f"{PERSON}.changed", "2")]


def _promote_one(file: Path) -> str:
    """Give one person of a file another job title; their number."""
    with file.open(encoding="utf-8", newline="") as before:
        rows = list(csv.DictReader(before))
    rows[17]["job_title"] = "Master of the Harbour"
    with file.open("w", encoding="utf-8", newline="") as after:
        writer = csv.DictWriter(after, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return rows[17]["employee_number"]


async def _changes(platform: RunningPlatform, office: Office) -> list[tuple[str, str]]:
    """Type and version of the events of this organisation's people, but for their first."""
    log = await read_log(platform.settings.kafka, TOPICS[PERSON])
    headers = [{name: value.decode() for name, value in record.headers} for record in log]
    return [
        (each["ce_type"], each["ce_version"])
        for each in headers
        if each["ce_organisation"] == office.id and each["ce_version"] != "1"
    ]


async def test_who_is_no_administrator_loads_nothing(
    platform: RunningPlatform, tmp_path: Path
) -> None:
    tenant = Organisation(platform)
    await tenant.set_up()
    await tenant.take_up(mentor("ana"))
    file = tmp_path / "people.csv"
    file.write_text(f"{HEADER}\n{row('E01')}\n")
    ana = await tenant.api("ana")
    said = await cairn(platform, "import", file, token=ana.token)
    assert said.code == 2
    assert "not-allowed" in said.errors
