"""The sample is the same every time, in its proportions, and could be a real organisation."""

import csv
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cairn.importing.columns import PEOPLE, SITES
from cairn.importing.order import managers_first
from cairn.importing.rows import read
from cairn.sample import Summary, write_sample
from cairn.sample.data import load

Row = dict[str, str]


def made(folder: Path, people: int = 2000, seed: int = 1, **options: bool) -> Summary:
    return write_sample(
        people, folder, seed=seed, organisation="Aldermoor Group", advance=len_of, **options
    )


def len_of(done: int) -> int:
    return done


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    made(folder)
    return folder


@pytest.fixture(scope="module")
def people(folder: Path) -> dict[str, Row]:
    return {row["employee_number"]: row for row in rows_of(folder / "people.csv")}


@pytest.fixture(scope="module")
def sites(folder: Path) -> dict[str, Row]:
    return {row["code"]: row for row in rows_of(folder / "sites.csv")}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        made(tmp_path / name, people=300, seed=seed)
    for file in ("sites.csv", "people.csv", "programme.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "again" / file).read_bytes()
    other = (tmp_path / "other" / "people.csv").read_bytes()
    assert (tmp_path / "one" / "people.csv").read_bytes() != other


@pytest.mark.parametrize(("people", "mentors", "mentees"), [(10, 2, 4), (700, 105, 315)])
def test_any_size_keeps_the_proportions(
    tmp_path: Path, people: int, mentors: int, mentees: int
) -> None:
    summary = made(tmp_path, people=people)
    assert (summary.people, summary.mentors, summary.mentees) == (people, mentors, mentees)
    assert len(rows_of(tmp_path / "people.csv")) == people


def test_two_thousand_people_as_promised(people: dict[str, Row], sites: dict[str, Row]) -> None:
    assert len(people) == 2000
    answers = Counter((row["offers_mentoring"], row["seeks_mentoring"]) for row in people.values())
    assert sum(count for (offers, _), count in answers.items() if offers == "yes") == 300
    assert sum(count for (_, seeks), count in answers.items() if seeks == "yes") == 900
    continents = {place.city: place.continent for place in load().places}
    assert len(sites) == 6
    assert len({continents[site["city"]] for site in sites.values()}) == 4


def test_the_lines_of_reporting_are_a_tree(people: dict[str, Row]) -> None:
    (chief,) = [number for number, row in people.items() if not row["manager"]]
    reached = {chief}
    for number in people:
        path = [number]
        while path[-1] not in reached:
            assert len(path) < 10, "a circle"
            path.append(people[path[-1]]["manager"])
        reached.update(path)
    assert reached == set(people)


def test_managers_lead_five_to_nine(people: dict[str, Row]) -> None:
    teams = Counter(row["manager"] for row in people.values() if row["manager"])
    assert set(teams.values()) <= set(range(5, 10))


def test_most_work_where_their_manager_does(people: dict[str, Row]) -> None:
    led = [row for row in people.values() if row["manager"]]
    together = sum(row["site"] == people[row["manager"]]["site"] for row in led) / len(led)
    assert 0.75 < together < 0.95


def test_nobody_shares_an_address(people: dict[str, Row]) -> None:
    assert len({row["email"] for row in people.values()}) == len(people)
    assert len({row["subject"] for row in people.values()}) == len(people)
    assert all(row["email"].endswith("@aldermoor-group.example") for row in people.values())
    assert all(row["email"].isascii() for row in people.values())


def test_time_zones_are_real(people: dict[str, Row], sites: dict[str, Row]) -> None:
    zones = {row["time_zone"] for row in (*people.values(), *sites.values())} - {""}
    assert len(zones) == 6
    for zone in zones:
        ZoneInfo(zone)


def test_mentors_offer_what_they_can(people: dict[str, Row]) -> None:
    for row in people.values():
        known, offered, sought = (
            set(filter(None, row[name].split(";")))
            for name in ("skills", "skills_offered", "skills_sought")
        )
        assert offered <= known
        assert not sought & known
        assert bool(offered) == (row["offers_mentoring"] == "yes") == bool(row["capacity"])
        assert bool(sought) == (row["seeks_mentoring"] == "yes") == bool(row["aspiration"])
        assert row["capacity"] in {"", "1", "2", "3", "4"}
        assert row["languages"]


def test_it_is_diverse(people: dict[str, Row]) -> None:
    def different(name: str) -> int:
        return len({row[name] for row in people.values()})

    assert different("department") == 10
    assert different("job_title") > 200
    assert different("family_name") > 900
    assert different("skills") > 1900
    assert different("aspiration") > 500
    spoken = Counter(tag for row in people.values() for tag in row["languages"].split(";"))
    assert len(spoken) >= 12


def test_the_roles_are_people_of_the_file(folder: Path, people: dict[str, Row]) -> None:
    programme = json.loads((folder / "programme.json").read_text("utf-8"))
    assert programme["organisation"] == {"name": "Aldermoor Group"}
    for role in ("coordinator", "administrator"):
        person = programme[role]
        assert person.items() <= people[person["employee_number"]].items()
    assert programme["coordinator"] != programme["administrator"]


def test_the_import_takes_every_row(folder: Path) -> None:
    sheet = read(folder / "people.csv", PEOPLE)
    ordered = managers_first(sheet)
    assert (sheet.problems, ordered.warnings) == ([], [])
    assert sum(len(level) for level in ordered.levels) == 2000
    assert read(folder / "sites.csv", SITES).problems == []


def test_a_bare_file_has_the_required_columns_only(tmp_path: Path) -> None:
    made(tmp_path, people=50, only_required=True)
    sheet = read(tmp_path / "people.csv", PEOPLE)
    assert len(sheet.rows) == 50
    assert {*sheet.rows[0].values} == {column.name for column in PEOPLE if column.required}


def test_careers_lead_to_where_people_are(people: dict[str, Row]) -> None:
    levels = {number: int(row["level"]) for number, row in people.items()}
    for row in people.values():
        if row["manager"]:
            assert levels[row["manager"]] > levels[row["employee_number"]]
        roles = [role.split("|") for role in row["career"].split(";") if role]
        spans = [role[1].split("/") for role in roles]
        assert all(since < until for since, until in spans)
        assert all(later[0] > earlier[1] for later, earlier in pairwise(spans))
        assert not row["target_occupation"] or row["seeks_mentoring"] == "yes"
    assert sum(bool(row["career"]) for row in people.values()) > len(people) / 2
    assert sum(bool(row["target_occupation"]) for row in people.values()) > len(people) / 5
    assert sum(bool(row["occupation"]) for row in people.values()) > len(people) / 2
