"""What counts in a match, of one person or of two: the words that scores and reasons agree on."""

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.profiles import Person

HALF_DAY = 12.0  # hours: the farthest that two places on the globe are apart


def skills_sought(person: Person) -> frozenset[str]:
    return _terms(person.skills_sought)


def skills_offered(person: Person) -> frozenset[str]:
    return _terms(person.skills_offered)


def interests(person: Person) -> frozenset[str]:
    return _terms(person.interests)


def values(person: Person) -> frozenset[str]:
    return _terms(person.values)


def languages(person: Person) -> frozenset[str]:
    """Primary languages: who speaks pt-BR and who speaks pt-PT understand each other."""
    return frozenset(tag.partition("-")[0].lower() for tag in person.languages)


def site(person: Person) -> frozenset[str]:
    return frozenset((str(person.site_id),))


def term(text: str) -> str:
    """Texts that differ in case or spaces only are the same term."""
    return " ".join(text.casefold().split())


def hours_ahead(time_zone: str, on: date) -> float:
    """How many hours a time zone is ahead of UTC at noon of a day; NaN where it is not known."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return math.nan
    ahead = datetime.combine(on, time(12), UTC).astimezone(zone).utcoffset()
    return math.nan if ahead is None else ahead.total_seconds() / 3600


def hours_apart(one: float, other: float) -> float:
    """How far two working days are apart, in hours, the short way round the clock."""
    apart = abs(one - other) % (2 * HALF_DAY)  # zones of the date line are up to 26 hours apart
    return min(apart, 2 * HALF_DAY - apart)


def _terms(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, map(term, texts)))
