"""The packaged data that the sample is made from."""

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent / "data"


class Place(msgspec.Struct, frozen=True):
    city: str
    country: str  # ISO 3166-1 alpha-2
    continent: str
    time_zone: str
    population: int


class Department(msgspec.Struct, frozen=True):
    name: str
    chief: str  # the title of its head
    share: int  # of the people, in per cent
    families: dict[str, int]  # of work, with their weights


class Country(msgspec.Struct, frozen=True):
    languages: list[str]  # BCP 47, the most spoken first
    cultures: dict[str, int]  # of its people's names, with their weights


class Texts(msgspec.Struct, frozen=True):
    interests: list[str]
    values: list[str]
    aspirations: list[str]
    styles: list[str]


class Names(msgspec.Struct):
    """One culture's names of one kind, each with how often it is met."""

    native: list[str] = []
    abroad: list[str] = []  # in Latin letters
    ascii: list[str] = []
    cumulative: list[float] = []


class Data(msgspec.Struct, frozen=True):
    places: list[Place]
    departments: list[Department]
    teams: dict[str, str]  # family of work → what its teams are called
    occupations: dict[str, list[str]]  # family → titles
    esco: dict[str, list[str]]  # family → the ids of its occupations in ESCO, or empty
    skills: dict[str, list[str]]  # family → labels, most typical first
    names: dict[str, dict[str, Names]]  # culture → kind → names
    countries: dict[str, Country]
    languages: dict[str, str]  # of a culture
    texts: Texts


@cache
def load() -> Data:
    organisation = _toml("departments.toml")
    countries = _toml("countries.toml")
    return Data(
        places=[msgspec.convert(row, Place, strict=False) for row in _csv("places.csv")],
        departments=msgspec.convert(organisation["departments"], list[Department]),
        teams=msgspec.convert(organisation["teams"], dict[str, str]),
        occupations=_by_family("occupations.csv", "title"),
        esco=_by_family("occupations.csv", "esco"),
        skills=_by_family("skills.csv", "label"),
        names=_names(),
        countries=msgspec.convert(countries["countries"], dict[str, Country]),
        languages=msgspec.convert(countries["languages"], dict[str, str]),
        texts=msgspec.convert(_toml("texts.toml"), Texts),
    )


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def _csv(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _by_family(name: str, column: str) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in _csv(name):
        found[row["family"]].append(row[column])
    return dict(found)


def _names() -> dict[str, dict[str, Names]]:
    found: defaultdict[str, defaultdict[str, Names]] = defaultdict(lambda: defaultdict(Names))
    for row in _csv("names.csv"):
        names = found[row["culture"]][row["kind"]]
        abroad = row["abroad"] or row["name"]
        names.native.append(row["name"])
        names.abroad.append(abroad)
        names.ascii.append(row["ascii"] or abroad)
        names.cumulative.append(float(row["weight"]))
    for kinds in found.values():
        for names in kinds.values():
            names.cumulative = list(accumulate(names.cumulative))
    return {culture: dict(kinds) for culture, kinds in found.items()}
