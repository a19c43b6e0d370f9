"""What a single value must be like, and the one form in which it is kept."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar
from zoneinfo import available_timezones

import langcodes
import msgspec
from msgspec import UNSET

from contracts.profiles import Position, Visibility, Window

MOST_LABELS = 50  # in one list: skills, interests ...
MOST_LANGUAGES = 20
MOST_WINDOWS = 28  # four a day
MOST_CAPACITY = 20
MOST_LEVEL = 100
MOST_POSITIONS = 50

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_PROSE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # lines and tabs are welcome
_EMAIL = re.compile(
    r"[^@\s<>(),;:\"\[\]\\]{1,64}@[^@\s<>(),;:\"\[\]\\.]+(\.[^@\s<>(),;:\"\[\]\\.]+)+"
)
_NOT_PLACES = {"Factory", "localtime"}  # files among the time zones that are none

Rule = Callable[[Any], Any]
S = TypeVar("S", bound=msgspec.Struct)


class Unusable(ValueError):  # noqa: N818
    """Why a value cannot be used, in a sentence that does not quote it."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a field."""

    field: str
    message: str


def line(least: int, most: int) -> Rule:
    """One line of text, of `least` to `most` characters once its white space is tidied."""

    def rule(text: str) -> str:
        return _sized(_without_control(" ".join(_composed(text).split())), least, most)

    return rule


def name(most: int) -> Rule:
    """A name that machines go by: kept as given, but for white space around it."""

    def rule(text: str) -> str:
        return _sized(_without_control(text.strip()), 1, most)

    return rule


def prose(most: int) -> Rule:
    """Text of several lines, which may be empty."""

    def rule(text: str) -> str:
        tidy = "\n".join(part.rstrip() for part in _composed(text).splitlines()).strip()
        if _CONTROL_IN_PROSE.search(tidy):
            raise Unusable("The text contains control characters.")
        return _sized(tidy, 0, most)

    return rule


def labels(texts: list[str]) -> list[str]:
    """Short texts, each once (whatever its case), in the order given."""
    kept: dict[str, str] = {}
    for label in map(line(1, 100), texts):
        kept.setdefault(label.casefold(), label)
    return _counted(list(kept.values()), MOST_LABELS)


def languages(tags: list[str]) -> list[str]:
    """BCP 47 tags in their standard form, each once, in the order given."""
    return _counted(list(dict.fromkeys(map(_language, tags))), MOST_LANGUAGES)


def _language(tag: str) -> str:
    try:
        standard = langcodes.standardize_tag(tag.strip())
    except ValueError:
        standard = ""
    if not 1 < len(standard) <= 35:  # RFC 5646, section 4.4.1
        raise Unusable("A language is a BCP 47 tag, such as pt or pt-BR.")
    return standard


def email(text: str) -> str:
    """An address that mail could be sent to, as far as its form tells."""
    address = _composed(text).strip()
    if len(address) > 254 or _CONTROL.search(address) or not _EMAIL.fullmatch(address):
        raise Unusable("This is not an e-mail address; one looks like ana@example.org.")
    return address


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_PLACES)


def time_zone(text: str) -> str:
    zone = text.strip()
    if zone not in _time_zones():
        raise Unusable("This is not a time zone of the IANA database; one is Europe/Lisbon.")
    return zone


def country(text: str) -> str:
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise Unusable("A country is two letters (ISO 3166-1), such as PT.")
    return code


def capacity(mentees: int) -> int:
    if not 0 <= mentees <= MOST_CAPACITY:
        raise Unusable(f"A mentor has room for 0 to {MOST_CAPACITY} mentees at once.")
    return mentees


def visibility(choice: Visibility) -> Visibility:
    if choice is Visibility.UNKNOWN:
        known = ", ".join(word for word in Visibility if word is not Visibility.UNKNOWN)
        raise Unusable(f"Visibility is one of {known}.")
    return choice


def availability(windows: Sequence[Window]) -> list[Window]:
    """Windows in the order of the week; those of a day do not overlap."""
    windows = [msgspec.convert(window, Window, from_attributes=True) for window in windows]
    for window in windows:
        if not 1 <= window.weekday <= 7:
            raise Unusable("A weekday is 1 (Monday) to 7 (Sunday).")
        if window.opens.tzinfo or window.closes.tzinfo:
            raise Unusable("Hours are in the person's own time zone, without an offset.")
        if window.opens >= window.closes:
            raise Unusable("A window closes after it opens, on the same day.")
    in_order = sorted(windows, key=lambda window: (window.weekday, window.opens))
    for earlier, later in pairwise(in_order):
        if earlier.weekday == later.weekday and earlier.closes > later.opens:
            raise Unusable("Two windows of the same day overlap.")
    return _counted(in_order, MOST_WINDOWS)


def level(rung: int) -> int:
    if not 0 <= rung <= MOST_LEVEL:
        raise Unusable(f"A level is 0 to {MOST_LEVEL}; the higher, the more senior.")
    return rung


def career(positions: Sequence[Position]) -> list[Position]:
    """Positions in the order given, which is the latest first."""
    kept: list[Position] = []
    for each in positions:
        if each.since and each.until and each.until < each.since:
            raise Unusable("A position ends after it begins.")
        position = msgspec.convert(each, Position, from_attributes=True)
        title, occupation = line(1, 200)(each.title), line(0, 200)(each.occupation)
        kept.append(msgspec.structs.replace(position, title=title, occupation=occupation))
    return _counted(kept, MOST_POSITIONS)


def manager(employee_number: str) -> str | None:
    """None for an empty text, as a file says that somebody has no manager."""
    return name(64)(employee_number) if employee_number.strip() else None


RULES: dict[str, Rule] = {
    "aspiration": prose(2000),
    "availability": availability,
    "background": labels,
    "capacity": capacity,
    "career": career,
    "city": line(1, 100),
    "code": name(32),
    "country": country,
    "department": line(0, 200),
    "email": email,
    "employee_number": name(64),
    "family_name": line(0, 100),  # not everybody has one
    "given_name": line(1, 100),
    "interests": labels,
    "job_title": line(1, 200),
    "languages": languages,
    "level": level,
    "manager": manager,
    "name": line(1, 200),
    "occupation": line(0, 200),
    "site": name(32),
    "skills": labels,
    "skills_offered": labels,
    "skills_sought": labels,
    "strengths": labels,
    "subject": name(255),
    "target_occupation": line(0, 200),
    "time_zone": time_zone,
    "title": line(1, 200),
    "values": labels,
    "visibility": visibility,
    "working_styles": labels,
}
"""The rule of every field that has one, whichever struct the field is in."""


def tidied(given: S) -> tuple[S, list[Problem]]:
    """The struct with its values in the form in which they are kept, and what is wrong with them.

    Fields that are unset or null are left alone.
    """
    kept: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in given.__struct_fields__:
        value = getattr(given, field)
        if field not in RULES or value is UNSET or value is None:
            continue
        try:
            kept[field] = RULES[field](value)
        except Unusable as problem:
            problems.append(Problem(field=field, message=str(problem)))
    return msgspec.structs.replace(given, **kept), problems


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _without_control(text: str) -> str:
    if _CONTROL.search(text):
        raise Unusable("The text contains control characters.")
    return text


def _sized(text: str, least: int, most: int) -> str:
    if len(text) > most:
        raise Unusable(f"The text has {len(text)} characters; {most} are allowed.")
    if len(text) < least:
        raise Unusable("A value is needed here.")
    return text


T = TypeVar("T")


def _counted(items: list[T], most: int) -> list[T]:
    if len(items) > most:
        raise Unusable(f"The list has {len(items)} entries; {most} are allowed.")
    return items
