"""What a search finds, in the plainest way: every person's words, one after another."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from contracts.profiles import Person, Site
from gateway import terms


def ranks(text: str, people: Iterable[Person], sites: Iterable[Site]) -> dict[UUID, int]:
    """Who meets every word, and how closely: 0 is the closest."""
    at = {site.id: _words(site) for site in sites}
    wanted = dict.fromkeys(terms.words(text))
    found: dict[UUID, int] = {}
    for person in people:
        words = _words(person) | at.get(person.site_id, set())
        met = [_how(word, words) for word in wanted]
        if met and None not in met:
            found[person.id] = sum(how or 0 for how in met)
    return found


def has_term(kind: str, text: str, person: Person) -> bool:
    return (kind, terms.term(text)) in terms.terms_of(person)


def _words(state: Any) -> set[str]:
    return {word for kind, word in terms.terms_of(state) if kind in terms.WORDS}


def _how(wanted: str, words: set[str]) -> int | None:
    if wanted in words:
        return 0
    if any(word.startswith(wanted) for word in words):
        return 1
    return 2 if any(_alike(wanted, word) for word in words) else None


def _alike(one: str, other: str) -> bool:
    return bool(_keys(one) & _keys(other))


def _keys(word: str) -> set[str]:
    if len(word) < 4 or any(letter in "0123456789" for letter in word):
        return set()
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
