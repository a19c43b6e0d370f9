"""What counts in a match, of one person or of two: the words that scores and reasons agree on."""

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.profiles import Person
from matching.matcher import occupations
from taxonomy import taxonomy

HALF_DAY = 12.0  # hours: the farthest that two places on the globe are apart
BEST_GAP = 2  # levels: a mentor so far above has been where the mentee is, and remembers it

_WORD = re.compile(r"[^\W\d_]{2,}")
_SMALL = frozenset(("and", "for", "in", "of", "on", "the", "to"))


def skills_sought(person: Person) -> frozenset[str]:
    return frozenset(filter(None, map(skill, person.skills_sought)))


def skills_offered(person: Person) -> frozenset[str]:
    return frozenset(filter(None, map(skill, person.skills_offered)))


def interests(person: Person) -> frozenset[str]:
    return terms(person.interests)


def values(person: Person) -> frozenset[str]:
    return terms(person.values)


def working_styles(person: Person) -> frozenset[str]:
    return terms(person.working_styles)


def background(person: Person) -> frozenset[str]:
    return terms(person.background)


def languages(person: Person) -> frozenset[str]:
    """Primary languages: who speaks pt-BR and who speaks pt-PT understand each other."""
    return frozenset(tag.partition("-")[0].lower() for tag in person.languages)


def goal(person: Person) -> frozenset[str]:
    """Where somebody wants to go: the words of the occupation's title, or else its id."""
    if not person.target_occupation:
        return frozenset()
    title = words(occupations.title(person.target_occupation))
    return title or frozenset((person.target_occupation,))


def way(person: Person) -> frozenset[str]:
    """Where somebody has been, now and before: the words of all titles, and occupations' ids."""
    titles = (person.job_title, *(position.title for position in person.career))
    ids = {person.occupation, *(position.occupation for position in person.career)} - {""}
    known = map(occupations.title, ids)
    return frozenset(ids).union(*map(words, titles), *map(words, known))


# What mentees name and mentors have, by criterion: each counts by the share that is met.
MET: dict[str, tuple[Callable[[Person], frozenset[str]], Callable[[Person], frozenset[str]]]] = {
    "skills": (skills_sought, skills_offered),
    "interests": (interests, interests),
    "values": (values, values),
    "languages": (languages, languages),
    "path": (goal, way),
    "working_style": (working_styles, working_styles),
    "background": (background, background),
}


def terms(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, map(term, texts)))


def term(text: str) -> str:
    """Texts that differ in case or spaces only are the same term."""
    return " ".join(text.casefold().split())


def skill(text: str) -> str:
    """A skill's id in the taxonomy, whichever of its names it goes by; else the term itself."""
    found = taxonomy().skill(text)
    return found.uri if found else term(text)


def words(title: str) -> frozenset[str]:
    """The words of a title that say something."""
    return frozenset(_WORD.findall(title.casefold())) - _SMALL


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


def closeness_of_hours(apart: float) -> float:
    """In [0, 1]; 0 for half a day apart, and where it is not known."""
    return 0.0 if math.isnan(apart) else 1 - apart / HALF_DAY


def levels_above(mentee: Person, mentor: Person) -> float:
    """How far the mentor is above the mentee; NaN where that is not known."""
    if mentee.level is None or mentor.level is None:
        return math.nan
    return float(mentor.level - mentee.level)


def seniority(gap: float) -> float:
    """In [0, 1]: all for BEST_GAP levels above, half for one more or less, else nothing."""
    return 0.0 if math.isnan(gap) else max(0.0, 1 - abs(gap - BEST_GAP) / 2)
