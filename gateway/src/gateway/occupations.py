"""The taxonomy's occupations as the API answers them, and how they are found by words.

A word is met by one that is equal (0), by one that it begins (1), and by one that is alike (2), as
in the search for people; one of the title counts for less than one of another name. The less the
sum, the earlier.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import msgspec

from contracts.direction import Theme
from gateway import terms
from taxonomy import Occupation, skill_level, taxonomy, themes

MOST_FOUND = 20
MOST_WORDS = 8
OTHER_NAME = 3  # what it costs that a word is in another name, not in the title
THEMES = {theme[0].upper(): theme for theme in Theme if theme is not Theme.UNKNOWN}


def prepare() -> None:
    """Read the taxonomy and index it, before the first who asks would wait for that."""
    _index()


def occupation_by_uri(uri: str) -> str | None:
    """The occupation as JSON."""
    occupation = taxonomy().occupations.get(uri)
    return None if occupation is None else msgspec.json.encode(_told(occupation)).decode()


def search_occupations(text: str) -> str:
    """The occupations that are found, as JSON."""
    known = taxonomy().occupations
    return msgspec.json.encode([_told(known[uri]) for uri in _index().search(text)]).decode()


class _Index:
    def __init__(self) -> None:
        self._having: defaultdict[str, dict[str, int]] = defaultdict(dict)  # word -> URI -> cost
        for uri, each in taxonomy().occupations.items():
            for word in terms.words(each.words):
                self._having[word][uri] = OTHER_NAME
            for word in terms.words(each.title):
                self._having[word][uri] = 0
        self._words = sorted(self._having)
        self._alike: defaultdict[str, set[str]] = defaultdict(set)
        for word in self._words:
            for key in _keys(word):
                self._alike[key].add(word)

    def search(self, text: str) -> list[str]:
        wanted = list(dict.fromkeys(terms.words(text)))[:MOST_WORDS]
        if not wanted:
            return []
        costs = [self._costs(word) for word in wanted]
        found = set(costs[0]).intersection(*costs[1:])
        known = taxonomy().occupations

        def place(uri: str) -> tuple[int, int, str]:
            title = known[uri].title
            return sum(each[uri] for each in costs), len(title.split()), title

        return sorted(found, key=place)[:MOST_FOUND]

    def _costs(self, wanted: str) -> dict[str, int]:
        """The least that each occupation costs which meets a word."""
        found: dict[str, int] = {}
        for word, class_ in self._meeting(wanted):
            for uri, cost in self._having[word].items():
                found[uri] = min(found.get(uri, cost + class_), cost + class_)
        return found

    def _meeting(self, wanted: str) -> Iterator[tuple[str, int]]:
        for place in range(bisect_left(self._words, wanted), len(self._words)):
            word = self._words[place]
            if not word.startswith(wanted):
                break
            yield word, 0 if word == wanted else 1
        for key in _keys(wanted):
            for word in self._alike.get(key, ()):
                yield word, 2


@cache
def _index() -> _Index:
    return _Index()


def _keys(word: str) -> set[str]:
    """What is left of a word when a letter is left out; short words and numbers have none."""
    if len(word) < 4 or any(letter.isdigit() for letter in word):
        return set()
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


@cache
def _told(occupation: Occupation) -> dict[str, object]:
    return {
        "uri": occupation.uri,
        "title": occupation.title,
        "description": occupation.description,
        "group": occupation.group,
        "group_title": taxonomy().groups.get(occupation.group, ""),
        "skill_level": skill_level(occupation.group),
        "themes": [THEMES[letter] for letter in themes(occupation.group)],
        "onet_code": occupation.onet,
        "listed": occupation.listed,
        "skills": [{"label": each.label, "skill": each.uri} for each in occupation.skills],
    }
