"""Why there was nobody for some mentees, and of what there are too few places."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from contracts.matching import Rules, Shortage
from contracts.profiles import Person
from matching.matcher import criteria
from matching.matcher.forbidden import nobody
from matching.matcher.frozen import Frozen
from matching.matcher.hard import HardRule
from matching.matcher.reasons import language_name

MOST_OF_A_KIND = 10  # shortages of skills, of languages

Term = tuple[str, str]  # a kind, and what of it


class Nobody(NamedTuple):
    """Why there is nobody for a mentee, and what would help; for her, and for coordinators."""

    reason: str
    remedy: str


class Unmatched(NamedTuple):
    """A mentee for whom there was nobody; and the hard rule, where one forbids every mentor."""

    person: Person
    forbidding: HardRule | None


class Scarcity:
    """The places that were free, beside what is sought by mentees for whom there was nobody."""

    def __init__(self, frozen: Frozen, unmatched: Sequence[Unmatched]) -> None:
        self._rules = frozen.rules
        self._places = Counter[Term]()
        for mentor, free in frozen.mentors:
            for term in _has(mentor):
                self._places[term] += free
        self._free = sum(free for _, free in frozen.mentors)
        self._sought = Counter(term for each in frozen.mentees for term in _seeks(each))
        self._unmet = Counter(term for each in unmatched for term in _seeks(each.person))
        self._alike = Counter(_lack(each) for each in unmatched)
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

    def of(self, mentee: Unmatched) -> Nobody:
        more = self._alike[_lack(mentee)]
        if not self._free:
            return Nobody("No mentor has a free place.", _more(more, ""))
        if mentee.forbidding is not None:
            return Nobody(
                nobody(mentee.person, self._rules, mentee.forbidding),
                _more(more, _with(self._rules, mentee)),
            )
        return Nobody(
            "Every mentor whom the rules allow has the places taken.", self._remedy(mentee)
        )

    def _remedy(self, mentee: Unmatched) -> str:
        scarce = [
            (self._unmet[term], term)
            for term in _seeks(mentee.person)
            if term[0] == "skill" and self._sought[term] > self._places[term]
        ]
        if not scarce:
            return _more(self._alike[_lack(mentee)], "")
        seekers, term = max(scarce)
        return _more(seekers, f" with mentors who offer {self._name(term)}")

    def _name(self, term: Term) -> str:
        kind, name = term
        return language_name(name) if kind == "language" else self._names.get(name, name)


def _lack(mentee: Unmatched) -> tuple[HardRule | None, frozenset[str]]:
    """What is the same for those whom the same places would help."""
    if mentee.forbidding is HardRule.COMMON_LANGUAGE:
        return mentee.forbidding, criteria.languages(mentee.person)
    return mentee.forbidding, frozenset()


def _with(rules: Rules, mentee: Unmatched) -> str:
    match mentee.forbidding:
        case HardRule.COMMON_LANGUAGE:
            spoken = sorted(map(language_name, criteria.languages(mentee.person)))
            return f" with mentors who speak {' or '.join(spoken) or 'their language'}"
        case HardRule.HOURS_APART | HardRule.HOURS_SHARED:
            return " with mentors whose hours are closer"
        case HardRule.SITE:
            return f" with mentors at {'the same' if rules.site == 'same' else 'another'} site"
        case HardRule.DEPARTMENT:
            same = "the same" if rules.department == "same" else "another"
            return f" with mentors in {same} department"
        case HardRule.LEVELS_ABOVE | HardRule.LEVELS_BELOW:
            return " with mentors of the level that is asked for"
        case _:
            return " with mentors from whom no rule keeps them"


def _more(places: int, whose: str) -> str:
    return f"{places} more {'place' if places == 1 else 'places'}{whose} would do."


def _has(mentor: Person) -> set[Term]:
    return {("skill", each) for each in criteria.skills_offered(mentor)} | {
        ("language", each) for each in criteria.languages(mentor)
    }


def _seeks(mentee: Person) -> set[Term]:
    return {("skill", each) for each in criteria.skills_sought(mentee)} | {
        ("language", each) for each in criteria.languages(mentee)
    }


def _written(mentees: Sequence[Person]) -> dict[str, str]:
    """How skills were written by those who seek them; by whoever comes first in their order."""
    return {
        criteria.skill(text): " ".join(text.split())
        for each in reversed(mentees)
        for text in each.skills_sought
    }
