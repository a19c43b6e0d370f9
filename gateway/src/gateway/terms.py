"""What people are found by: the words of a search, and the terms that filters take.

A site's words are its own; who works there is found by them when the question is asked. Terms are
made again only where a thing changed: a version that makes others of them needs `gateway rebuild`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from babel import Locale, UnknownLocaleError

from contracts.profiles import Person, Site, Standing

WORDS = {"word", "site"}  # the kinds that a search goes by: of people, and of sites

LONGEST = 32  # characters of a word that count
LONGEST_TERM = 96
LONGEST_OCCUPATION = 47  # characters of the last part of its URI: two of them are a term

# Letters that Unicode does not take apart, as they are typed where a keyboard lacks them.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)

_APOSTROPHES = dict.fromkeys(map(ord, "'`\u2019"))
_WORD = re.compile("(?:[^\\W_]|[+#'`\u2019])+")


@lru_cache(maxsize=10_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a text, without case and accents. An apostrophe parts none."""
    found = _WORD.findall(text.lower() if text.isascii() else _without_accents(text))
    words = (word.translate(_APOSTROPHES) for word in found)
    return tuple(word[:LONGEST] for word in words if word.strip("+#"))


def _without_accents(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    letters = unicodedata.normalize("NFKD", folded)
    return "".join(each for each in letters if not unicodedata.category(each).startswith("M"))


def term(text: str) -> str:
    """A text as a filter compares it; empty where it has no word."""
    return " ".join(words(text))[:LONGEST_TERM]


Found = Person | Site


def names(state: Found) -> tuple[str, str]:
    """By which a person's terms are ordered: the family name, and the given one."""
    match state:
        case Person(family_name=family_name, given_name=given_name):
            return family_name, given_name
        case Site():
            return "", ""


def terms_of(state: Found) -> set[tuple[str, str]]:
    """The terms of a person or a site, each with its kind. Who has left is not found."""
    match state:
        case Site():
            texts = [state.name, state.city, state.code, _country(state.country)]
            return {("site", word) for text in texts for word in words(text)}
        case Person(standing=Standing.LEFT):
            return set()
        case Person():
            return {*_words_of(state), *_filtered(state), *_walked(state)}


def _words_of(person: Person) -> Iterator[tuple[str, str]]:
    texts = (
        person.given_name,
        person.family_name,
        person.job_title,
        person.department,
        *person.skills,
        *person.skills_offered,
        *map(_language, person.languages),
    )
    for text in texts:
        for word in words(text):
            yield "word", word


def _filtered(person: Person) -> Iterator[tuple[str, str]]:
    tags = [*person.languages, *(tag.partition("-")[0] for tag in person.languages)]
    kinds: dict[str, Iterable[str]] = {
        "department": [person.department],
        "language": tags,
        "skill": person.skills,
        "skill_offered": person.skills_offered,
        "skill_sought": person.skills_sought,
    }
    for kind, texts in kinds.items():
        for text in texts:
            if found := term(text):
                yield kind, found


def _walked(person: Person) -> Iterator[tuple[str, str]]:
    """The occupations that somebody has had, and the moves between them, the latest first."""
    uris = [person.occupation, *(position.occupation for position in person.career)]
    held = [uri.rpartition("/")[2][:LONGEST_OCCUPATION] for uri in uris]
    for occupation in filter(None, held):
        yield "occupation", occupation
    for after, before in pairwise(held):
        if before and after and before != after:
            yield "move", f"{before} {after}"


@lru_cache(maxsize=1000)
def _language(tag: str) -> str:
    """What a language is called, in English and in itself."""
    try:
        locale = Locale.parse(tag.partition("-")[0])
    except (ValueError, UnknownLocaleError):
        return ""
    return f"{locale.get_language_name('en') or ''} {locale.get_language_name() or ''}"


@lru_cache(maxsize=1000)
def _country(code: str) -> str:
    return Locale("en").territories.get(code) or ""
