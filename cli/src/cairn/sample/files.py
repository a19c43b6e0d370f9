"""The sample's files: sites.csv, people.csv and programme.json."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from random import Random

import msgspec

from cairn.importing.columns import PEOPLE, SITES, Column
from cairn.sample.data import Place, load
from cairn.sample.mentoring import mentors_and_mentees
from cairn.sample.people import Row, Writer
from cairn.sample.posts import MANAGER, Post, posts
from cairn.sample.sites import site_codes, site_rows

FEWEST_PEOPLE = 10  # a chief executive and the nine heads of departments
FEWEST_SITES = 6
PEOPLE_PER_SITE = 667  # 180 sites for 120,000 people

PROGRAMME = {
    "name": "Pathfinder",
    "purpose": (
        "Mentors from every site help colleagues to see where they could go and to get there: "
        "one pair, six months, a meeting every other week."
    ),
    "starts_on": "2026-01-05",
    "ends_on": None,
    "rules": {"common_language": True, "max_hours_apart": 6},
}

Advance = Callable[[int], object]


class Summary(msgspec.Struct, frozen=True):
    """What was written."""

    organisation: str
    people: int
    sites: int
    countries: int
    time_zones: int
    mentors: int
    mentees: int
    files: list[str]


class Network(msgspec.Struct, frozen=True):
    """Who there is, before their rows are made."""

    places: list[Place]
    tree: list[Post]
    order: list[int]  # the indexes of the tree by employee number, which follows no rank
    mentors: set[int]
    mentees: set[int]


def write_sample(
    people: int,
    folder: Path,
    *,
    seed: int,
    organisation: str,
    only_required: bool = False,
    advance: Advance = lambda _: None,
) -> Summary:
    """Write the files; `advance` is told how many people are done, every hundred."""
    network = _network(people, seed)
    codes = site_codes(network.places)
    roles = {
        "coordinator": _manager(network.tree, "People", "learning"),
        "administrator": _manager(network.tree, "Information Technology", "applications"),
    }
    rows = _rows(network, Writer(seed, load(), network.places, codes), _domain(organisation))
    who: dict[str, Row] = {}
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "sites.csv", _names(SITES), site_rows(network.places, codes, load()))
    _write(
        folder / "people.csv",
        _names(column for column in PEOPLE if column.required or not only_required),
        _watched(zip(network.order, rows, strict=True), roles, who, advance),
    )
    programme = {
        "organisation": {"name": organisation},
        **{role: who[role] for role in roles},
        "programme": PROGRAMME,
        "seed": seed,
    }
    text = json.dumps(programme, ensure_ascii=False, indent=2)
    (folder / "programme.json").write_text(text + "\n", "utf-8", newline="\n")
    return Summary(
        organisation=organisation,
        people=people,
        sites=len(network.places),
        countries=len({place.country for place in network.places}),
        time_zones=len({place.time_zone for place in network.places}),
        mentors=len(network.mentors),
        mentees=len(network.mentees),
        files=[str(folder / name) for name in ("sites.csv", "people.csv", "programme.json")],
    )


def _network(people: int, seed: int) -> Network:
    rng = Random(seed)  # noqa: S311 (made to be repeatable)
    data = load()
    places = data.places[: max(FEWEST_SITES, people // PEOPLE_PER_SITE)]
    sizes = list(accumulate(1 / (rank + 1) ** 0.5 for rank in range(len(places))))
    tree = posts(people, data, sizes, rng)
    mentors, mentees = mentors_and_mentees(tree, rng)
    return Network(places, tree, rng.sample(range(people), people), mentors, mentees)


def _rows(network: Network, writer: Writer, domain: str) -> Iterator[Row]:
    """The people by their employee numbers."""
    numbers = [0] * len(network.tree)
    for number, index in enumerate(network.order, start=1):
        numbers[index] = number
    for index in network.order:
        manager = network.tree[index].manager
        yield writer.row(
            index,
            network.tree[index],
            number=f"E{numbers[index]:06}",
            manager=f"E{numbers[manager]:06}" if manager >= 0 else "",
            domain=domain,
            offers=index in network.mentors,
            seeks=index in network.mentees,
        )


def _watched(
    rows: Iterable[tuple[int, Row]], roles: dict[str, int], who: dict[str, Row], advance: Advance
) -> Iterator[Row]:
    """The rows as they pass; `who` is told of those who have a role."""
    shown = ("employee_number", "subject", "email", "given_name", "family_name", "job_title")
    done = 0
    for done, (index, row) in enumerate(rows, start=1):
        for role, holder in roles.items():
            if index == holder:
                who[role] = {name: row[name] for name in shown}
        if done % 100 == 0:
            advance(done)
        yield row
    advance(done)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _names(columns: Iterable[Column]) -> list[str]:
    return [column.name for column in columns]


def _domain(organisation: str) -> str:
    """An address that nobody can own: RFC 2606 keeps `.example` for this."""
    word = re.sub(r"[^a-z0-9]+", "-", organisation.lower()).strip("-")
    return f"{word or 'organisation'}.example"


def _manager(tree: list[Post], department: str, family: str) -> int:
    """Who leads a team of this family, or else the nearest to that in the department."""
    there = (index for index, post in enumerate(tree) if post.department == department)
    return min(there, key=lambda at: (tree[at].family != family, abs(tree[at].level - MANAGER), at))
