"""The columns of people.csv and sites.csv: their names, and how a cell is read."""

import re
from collections.abc import Callable
from functools import cache, partial
from zoneinfo import available_timezones

import msgspec


class Unexpected(Exception):  # noqa: N818 (says what was expected)
    """A cell that cannot be read; the text says what was expected."""


Reader = Callable[[str], object]  # of a cell that is not empty

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
CONTROL_IN_PROSE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
COUNTRY = re.compile(r"[A-Z]{2}")
TRUTH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
MOST_ITEMS = 50


def text(cell: str, most: int = 200) -> str:
    if CONTROL.search(cell) or len(cell) > most:
        raise Unexpected(f"expected one line of at most {most} characters")
    return cell


def prose(cell: str, most: int = 2000) -> str:
    if CONTROL_IN_PROSE.search(cell) or len(cell) > most:
        raise Unexpected(f"expected text of at most {most} characters")
    return cell


def number(cell: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", cell) or not least <= int(cell) <= most:
        raise Unexpected(f"expected a whole number from {least} to {most}")
    return int(cell)


def truth(cell: str) -> bool:
    try:
        return TRUTH[cell.lower()]
    except KeyError:
        raise Unexpected("expected yes or no") from None


def shaped(cell: str, shape: re.Pattern[str], what: str) -> str:
    if len(cell) > 254 or not shape.fullmatch(cell):
        raise Unexpected(f"expected {what}")
    return cell


def time_zone(cell: str) -> str:
    if cell not in _time_zones():
        raise Unexpected("expected a time zone of the IANA database, as Europe/Lisbon")
    return cell


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def items(cell: str, each: Reader) -> list[object]:
    found = dict.fromkeys(item.strip() for item in cell.split(";"))
    found.pop("", None)
    if len(found) > MOST_ITEMS:
        raise Unexpected(f"expected at most {MOST_ITEMS} items, separated by semicolons")
    return [each(item) for item in found]


email = partial(shaped, shape=EMAIL, what="an e-mail address")
country = partial(shaped, shape=COUNTRY, what="a country's two letters (ISO 3166), as PT")
language = partial(shaped, shape=LANGUAGE, what="a language (BCP 47), as pt or pt-BR")
languages = partial(items, each=language)
labels = partial(items, each=partial(text, most=100))


class Column(msgspec.Struct, frozen=True):
    name: str
    read: Reader = text
    required: bool = False
    unique: bool = False  # no two rows may have the same


PEOPLE = (
    Column("employee_number", required=True, unique=True),
    Column("subject", required=True, unique=True),
    Column("email", email, required=True, unique=True),
    Column("given_name", required=True),
    Column("family_name", required=True),
    Column("job_title", required=True),
    Column("site", required=True),
    Column("department"),
    Column("manager"),
    Column("time_zone", time_zone),
    Column("languages", languages),
    Column("skills", labels),
    Column("interests", labels),
    Column("values", labels),
    Column("offers_mentoring", truth),
    Column("skills_offered", labels),
    Column("capacity", partial(number, least=0, most=50)),
    Column("seeks_mentoring", truth),
    Column("skills_sought", labels),
    Column("aspiration", prose),
)

SITES = (
    Column("code", required=True, unique=True),
    Column("name", required=True),
    Column("city", required=True),
    Column("country", country, required=True),
    Column("time_zone", time_zone, required=True),
    Column("languages", languages),
)
