"""The sample's files: sites.csv, people.csv and programme.json."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, chain, cycle
from pathlib import Path
from random import Random
from unicodedata import normalize

import msgspec

from cairn.sample.data import Data, Place, load
from cairn.sample.mentoring import mentors_and_mentees
from cairn.sample.people import Row, Writer
from cairn.sample.posts import MANAGER, Post, posts

FEWEST_PEOPLE = 10  # a chief executive and the nine heads of departments
FEWEST_SITES = 6
PEOPLE_PER_SITE = 667  # 180 sites for 120,000 people

FIRST_SITE_NAME = "{} Headquarters"
SITE_NAMES = ("{} Plant", "{} Office", "{} Technology Centre", "{} Hub", "{} Service Centre")

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


def write_sample(
    people: int, folder: Path, *, seed: int, organisation: str, advance: Advance = lambda _: None
) -> Summary:
    """Write the files; `advance` is told of every hundred people done."""
    data = load()
    rng = Random(seed)  # noqa: S311 (made to be repeatable)
    places = data.places[: max(FEWEST_SITES, people // PEOPLE_PER_SITE)]
    codes = site_codes(places)
    weights = list(accumulate(1 / (rank + 1) ** 0.5 for rank in range(len(places))))
    tree = posts(people, data, weights, rng)
    mentors, mentees = mentors_and_mentees(tree, rng)
    order = rng.sample(range(people), people)  # employee numbers follow no rank
    rows = _rows(tree, order, mentors, mentees, _domain(organisation),
        Writer(seed, data, places, codes))  # fmt: skip
    watched = {
        "coordinator": _manager(tree, "People", "learning"),
        "administrator": _manager(tree, "Information Technology", "applications"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "sites.csv", _sites(places, codes, data))
    kept = _write_people(folder / "people.csv", rows, order, set(watched.values()), advance)
    programme = {
        "organisation": {"name": organisation},
        **{role: _who(kept[index]) for role, index in watched.items()},
        "programme": PROGRAMME,
        "seed": seed,
    }
    text = json.dumps(programme, ensure_ascii=False, indent=2)
    (folder / "programme.json").write_text(text + "\n", "utf-8", newline="\n")
    return Summary(
        organisation=organisation,
        people=people,
        sites=len(places),
        countries=len({place.country for place in places}),
        time_zones=len({place.time_zone for place in places}),
        mentors=len(mentors),
        mentees=len(mentees),
        files=[str(folder / name) for name in ("sites.csv", "people.csv", "programme.json")],
    )


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


def _rows(
    tree: list[Post], order: list[int], mentors: set[int], mentees: set[int], domain: str,
    writer: Writer,
) -> Iterator[Row]:  # fmt: skip
    """The people by their employee numbers."""
    numbers = [0] * len(tree)
    for number, index in enumerate(order, start=1):
        numbers[index] = number
    for index in order:
        manager = tree[index].manager
        yield writer.row(
            index,
            tree[index],
            number=f"E{numbers[index]:06}",
            manager=f"E{numbers[manager]:06}" if manager >= 0 else "",
            domain=domain,
            offers=index in mentors,
            seeks=index in mentees,
        )


def _write_people(
    path: Path, rows: Iterator[Row], order: list[int], keep: set[int], advance: Advance
) -> dict[int, Row]:
    """Write the rows as they come, and give back those that were asked for."""
    kept: dict[int, Row] = {}

    def passing() -> Iterator[Row]:
        for done, (index, row) in enumerate(zip(order, rows, strict=True), start=1):
            if index in keep:
                kept[index] = row
            if done % 100 == 0 or done == len(order):
                advance(done)
            yield row

    _write(path, passing())
    return kept


def _write(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        remaining = iter(rows)
        first = next(remaining)
        writer = csv.DictWriter(file, list(first), lineterminator="\n")
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(remaining)


def _sites(places: list[Place], codes: list[str], data: Data) -> Iterator[Row]:
    names = chain([FIRST_SITE_NAME], cycle(SITE_NAMES))
    for place, code, name in zip(places, codes, names, strict=False):
        yield {
            "code": code,
            "name": name.format(place.city),
            "city": place.city,
            "country": place.country,
            "time_zone": place.time_zone,
            "languages": ";".join(dict.fromkeys((*data.countries[place.country].languages, "en"))),
        }


def site_codes(places: list[Place]) -> list[str]:
    """Three letters of each city's name, the country's behind them, a number where it must."""
    codes: dict[str, None] = {}
    for place in places:
        plain = normalize("NFKD", place.city.upper())
        letters = re.sub(r"[^A-Z]", "", plain).ljust(3, "X")
        base = f"{letters[:3]}-{place.country}"
        tries = (base, f"{letters[0]}{letters[-2:]}-{place.country}")
        numbered = (f"{base}{number}" for number in range(2, len(places) + 2))
        code = next(code for code in (*tries, *numbered) if code not in codes)
        codes[code] = None
    return list(codes)


def _domain(organisation: str) -> str:
    """An address nobody can own: RFC 2606 keeps `.example` for this."""
    word = re.sub(r"[^a-z0-9]+", "-", organisation.lower()).strip("-")
    return f"{word or 'organisation'}.example"


def _manager(tree: list[Post], department: str, family: str) -> int:
    """Who leads a team of this family, or else the nearest to that in the department."""
    there = (index for index, post in enumerate(tree) if post.department == department)
    return min(there, key=lambda at: (tree[at].family != family, abs(tree[at].level - MANAGER), at))


def _who(row: Row) -> dict[str, str]:
    shown = ("employee_number", "subject", "email", "given_name", "family_name", "job_title")
    return {name: row[name] for name in shown}
