"""The columns of people.csv and sites.csv: their names, and how a cell is read.

What a value must be like beyond its type is the platform's to say; it answers row by row. The
lengths here are generous, and such that any row fits into one request.
"""

import re
import sys
from collections.abc import Callable
from datetime import date
from functools import partial

import msgspec

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
TRUTH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Unexpected(Exception):  # noqa: N818 (says what was expected)
    """A cell that cannot be read; the text says what was expected."""


Reader = Callable[[str], object]  # of a cell that is not empty


def text(
    cell: str,
    *,
    most: int = 500,
    unwanted: re.Pattern[str] = CONTROL,
    what: str = "one line of text",
) -> str:
    if not is_text(cell):
        raise Unexpected("expected text in UTF-8")
    if unwanted.search(cell):
        raise Unexpected(f"expected {what} without control characters")
    if len(cell) > most:
        raise Unexpected(f"expected at most {most} characters")
    return cell


prose = partial(text, most=4_000, unwanted=CONTROL_BUT_LINES, what="text")


def is_text(cell: str) -> bool:
    """Whether it was UTF-8: bytes that were not have become lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in cell)


def number(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", cell):
        raise Unexpected("expected a whole number")
    return int(cell)


def truth(cell: str) -> bool:
    try:
        return TRUTH[cell.lower()]
    except KeyError:
        raise Unexpected("expected yes or no") from None


def items(cell: str) -> list[str]:
    """What stands between semicolons; kept once, as the same labels come again and again."""
    return [sys.intern(item.strip()) for item in text(cell, most=5_200).split(";") if item.strip()]


def positions(cell: str) -> list[dict[str, str]]:
    """Roles between semicolons, each `title|since/until|occupation`; the title alone will do."""
    return [_position(item) for item in text(cell, most=4_000).split(";") if item.strip()]


def _position(item: str) -> dict[str, str]:
    title, span, occupation, *more = [*(part.strip() for part in item.split("|")), "", ""][:4]
    since, slash, until = (part.strip() for part in span.partition("/"))
    if not title or any(more) or bool(span) != bool(slash) or not _are_dates(since, until):
        raise Unexpected("expected roles such as Buyer|2019-03-01/2022-06-30, semicolons between")
    known = {"title": title, "occupation": occupation, "since": since, "until": until}
    return {name: value for name, value in known.items() if value}


def _are_dates(*texts: str) -> bool:
    try:
        return all(date.fromisoformat(each) for each in texts if each)
    except ValueError:
        return False


class Column(msgspec.Struct, frozen=True):
    name: str
    read: Reader = text
    required: bool = False
    unique: bool = False  # no two rows may have the same
    empty: object = msgspec.UNSET  # what an empty cell says; unset: nothing


PEOPLE = (
    Column("employee_number", required=True, unique=True),
    Column("subject", required=True, unique=True),
    Column("email", required=True),
    Column("given_name", required=True),
    Column("family_name", required=True, empty=""),  # not everybody has one
    Column("job_title", required=True),
    Column("site", required=True),
    Column("department"),
    Column("level", number),
    Column("occupation"),
    Column("career", positions),
    Column("manager"),
    Column("time_zone"),
    Column("languages", items, empty=[]),
    Column("skills", items, empty=[]),
    Column("interests", items, empty=[]),
    Column("values", items, empty=[]),
    Column("offers_mentoring", truth),
    Column("skills_offered", items, empty=[]),
    Column("capacity", number),
    Column("seeks_mentoring", truth),
    Column("skills_sought", items, empty=[]),
    Column("aspiration", prose, empty=""),
    Column("target_occupation", empty=""),
    Column("working_styles", items, empty=[]),
)

SITES = (
    Column("code", required=True, unique=True),
    Column("name", required=True),
    Column("city", required=True),
    Column("country", required=True),
    Column("time_zone", required=True),
    Column("languages", items, empty=[]),
)
