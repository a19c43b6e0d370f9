"""Why there was nobody for some mentees, and of what there are too few places."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from contracts.matching import Shortage
from contracts.profiles import Person
from matching.matcher import criteria
from matching.matcher.frozen import Frozen
from matching.matcher.reasons import language_name

MOST_OF_A_KIND = 10  # shortages of skills, of languages


class Nobody(NamedTuple):
    """Why there is nobody for a mentee, and what would help; for her, and for coordinators."""

    reason: str
    remedy: str


class Scarcity:
    """The places that were free, beside what is sought by mentees for whom there was nobody."""

    def __init__(self, frozen: Frozen, unmatched: Sequence[Person]) -> None:
        self._common_language = frozen.rules.common_language
        self._places = Counter[tuple[str, str]]()
        for mentor, free in frozen.mentors:
            for term in _has(mentor):
                self._places[term] += free
        self._free = sum(free for _, free in frozen.mentors)
        self._sought = Counter(term for each in frozen.mentees for term in _seeks(each))
        self._unmet = Counter(term for each in unmatched for term in _seeks(each))
        self._mute = Counter(
            criteria.languages(each) for each in unmatched if not self._understood(each)
        )
        self._unmatched = len(unmatched)
        self._names = _written(frozen.mentees)

    def shortages(self) -> list[Shortage]:
        """What more mentees seek than there were places for; the most sought in vain first."""
        scarce = [
            Shortage(
                kind=term[0], name=self._name(term), seekers=seekers, places=self._places[term]
            )
            for term, seekers in self._unmet.items()
            if self._sought[term] > self._places[term]
        ]
        scarce.sort(key=lambda each: (-each.seekers, each.places, each.name))
        return [
            each
            for kind in ("language", "skill")
            for each in [one for one in scarce if one.kind == kind][:MOST_OF_A_KIND]
        ]

    def of(self, mentee: Person) -> Nobody:
        if not self._free:
            return Nobody("No mentor has a free place.", _more(self._unmatched, ""))
        if not self._understood(mentee):
            spoken = criteria.languages(mentee)
            names = " or ".join(sorted(map(language_name, spoken))) or "a language that is known"
            return Nobody(
                f"No mentor with a free place speaks {names}.",
                _more(self._mute[spoken], f" with mentors who speak {names}"),
            )
        return Nobody(
            "Every mentor whom the rules allow has the places taken.", self._remedy(mentee)
        )

    def _remedy(self, mentee: Person) -> str:
        scarce = [
            (self._unmet[term], term)
            for term in _seeks(mentee)
            if term[0] == "skill" and self._sought[term] > self._places[term]
        ]
        if not scarce:
            return _more(self._unmatched, "")
        seekers, term = max(scarce)
        return _more(seekers, f" with mentors who offer {self._name(term)}")

    def _understood(self, mentee: Person) -> bool:
        """Whether some mentor with a free place speaks with her, where that is asked for."""
        return not self._common_language or any(
            self._places["language", code] for code in criteria.languages(mentee)
        )

    def _name(self, term: tuple[str, str]) -> str:
        kind, name = term
        return language_name(name) if kind == "language" else self._names.get(name, name)


def _more(places: int, whose: str) -> str:
    return f"{places} more {'place' if places == 1 else 'places'}{whose} would do."


def _has(mentor: Person) -> set[tuple[str, str]]:
    return {("skill", each) for each in criteria.skills_offered(mentor)} | {
        ("language", each) for each in criteria.languages(mentor)
    }


def _seeks(mentee: Person) -> set[tuple[str, str]]:
    return {("skill", each) for each in criteria.skills_sought(mentee)} | {
        ("language", each) for each in criteria.languages(mentee)
    }


def _written(mentees: Sequence[Person]) -> dict[str, str]:
    """How skills were written by those who seek them; by whoever comes first in their order."""
    return {
        criteria.term(text): " ".join(text.split())
        for each in reversed(mentees)
        for text in each.skills_sought
    }
