"""A frozen pool of mentees and mentors as arrays, everyone by index, in the order of their ids."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from copy import copy
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from contracts.profiles import Person, Window
from matching.matcher import criteria
from matching.matcher.lines import near_in_line
from matching.matcher.meaning import Meanings
from matching.matcher.week import WEEK, week, windows_of

H = TypeVar("H", bound=Hashable)

Indices = NDArray[np.int64]
Pairs = Set[tuple[int, int]]  # of indices: (mentee, mentor)
NONE: Pairs = frozenset()

UNKNOWN = -1


@dataclass(frozen=True)
class Terms:
    """What mentees name and mentors have in common (skills, languages ...), for counting it.

    Mentee i names `count[i]` terms; those that a mentor has are
    `named[named_from[i]:named_from[i + 1]]`, and term t is had by the mentors
    `had_by[had_from[t]:had_from[t + 1]]`.
    """

    count: Indices
    named_from: Indices
    named: Indices
    had_from: Indices
    had_by: Indices

    @classmethod
    def of(cls, named: Sequence[Set[str]], had: Sequence[Set[str]]) -> "Terms":
        both = frozenset().union(*named) & frozenset().union(*had)
        vocabulary = {term: t for t, term in enumerate(sorted(both))}
        had_by: list[list[int]] = [[] for _ in vocabulary]
        for mentor, terms in enumerate(had):
            for term in terms & vocabulary.keys():
                had_by[vocabulary[term]].append(mentor)
        known = [sorted(vocabulary[term] for term in terms & both) for terms in named]
        return cls(np.array([len(terms) for terms in named]), *_ragged(known), *_ragged(had_by))


@dataclass(frozen=True)
class Bars:
    """Pairs that may not be, in the order of the mentees."""

    mentees: Indices
    mentors: Indices

    @classmethod
    def of(cls, *pairs: Pairs) -> "Bars":
        ordered = np.array(sorted(frozenset[tuple[int, int]]().union(*pairs)), np.int64)
        return cls(*ordered.reshape(-1, 2).T)

    def of_mentee(self, mentee: int) -> Indices:
        first, last = np.searchsorted(self.mentees, (mentee, mentee + 1))
        return self.mentors[first:last]


@dataclass(frozen=True)
class Weeks:
    """When people are free; few differ, so each way of being so stands once."""

    which: Indices  # of `free`, for each person
    free: NDArray[np.bool_]  # a row for each way, a column for each quarter of an hour of the week


@dataclass(frozen=True)
class Side:
    """The mentees or the mentors of a pool, each an index."""

    size: int
    ahead: NDArray[np.float64]  # hours ahead of UTC; NaN where the zone is not known
    level: NDArray[np.float64]  # NaN where it is not known
    site: Indices
    department: Indices  # UNKNOWN where none is given
    tongues: NDArray[np.uint64]  # a row for every 64 languages, a bit for each
    weeks: Weeks
    meanings: Meanings  # of mentees' hopes, of mentors' experience


@dataclass(frozen=True)
class Pool:
    """Who takes part, and who may not be paired with whom whatever they are like."""

    people: tuple[Side, Side]  # mentees, mentors
    places: Indices  # free places of each mentor
    terms: Mapping[str, Terms]  # by criterion
    own: Bars  # people with themselves
    in_line: Bars  # near in the line of managers
    earlier: Bars  # who have had a pairing
    excluded: Bars  # who are to be kept apart
    barred: Bars  # all of these

    @property
    def mentees(self) -> int:
        return self.people[0].size

    @property
    def mentors(self) -> int:
        return self.people[1].size

    @property
    def mentee_offset(self) -> NDArray[np.float64]:
        return self.people[0].ahead

    @property
    def mentor_offset(self) -> NDArray[np.float64]:
        return self.people[1].ahead


def make_pool(
    mentees: Sequence[Person],
    mentors: Sequence[Person],
    *,
    places: Sequence[int],
    offset: Callable[[str], float],
    barred: Pairs,
    excluded: Pairs = NONE,
    managers: Mapping[UUID, UUID] | None = None,
    steps: int = 1,
    meanings: tuple[Meanings, Meanings] | None = None,
) -> Pool:
    """Encode people, who come in the order of their ids.

    `offset` says how many hours a time zone is ahead of UTC. `barred` has the pairs who have met
    before. `managers` has the managers of people who are not in the pool; nobody is paired within
    so many `steps` of the line.
    """
    offsets = {zone: offset(zone) for zone in {p.time_zone for p in (*mentees, *mentors)}}
    codes = Codes([*mentees, *mentors], offsets)
    hopes, experience = meanings or (Meanings.none(len(mentees)), Meanings.none(len(mentors)))
    mentor_index = {person.id: j for j, person in enumerate(mentors)}
    own = {
        (i, mentor_index[person.id])
        for i, person in enumerate(mentees)
        if person.id in mentor_index
    }
    in_line = near_in_line(mentees, mentors, managers or {}, steps)
    return Pool(
        people=(codes.side(mentees, hopes), codes.side(mentors, experience)),
        places=np.array(places, np.int64),
        terms={
            criterion: Terms.of([named(p) for p in mentees], [had(p) for p in mentors])
            for criterion, (named, had) in criteria.MET.items()
        },
        own=Bars.of(own),
        in_line=Bars.of(in_line),
        earlier=Bars.of(barred),
        excluded=Bars.of(excluded),
        barred=Bars.of(own, in_line, barred, excluded),
    )


class Codes:
    """Numbers for what people of a pool have: the same for mentees and mentors."""

    def __init__(self, people: Sequence[Person], offsets: Mapping[str, float]) -> None:
        self._offsets = offsets
        self._sites = _numbered(person.site_id for person in people)
        self._departments = _numbered(_department(person) for person in people)
        self._languages = _numbered(
            language for person in people for language in sorted(criteria.languages(person))
        )

    def with_newcomer(self, person: Person, ahead: float) -> "Codes":
        """The same numbers, and new ones for what only this person has; but languages.

        A language that nobody else speaks joins them to nobody.
        """
        codes = copy(self)
        codes._offsets = {**self._offsets, person.time_zone: ahead}
        codes._sites = {person.site_id: len(self._sites), **self._sites}
        department = _department(person)
        codes._departments = {department: len(self._departments), **self._departments}
        return codes

    def side(self, people: Sequence[Person], meanings: Meanings) -> Side:
        levels = [np.nan if person.level is None else person.level for person in people]
        departments = map(_department, people)
        return Side(
            size=len(people),
            ahead=np.array([self._offsets[p.time_zone] for p in people], np.float64),
            level=np.array(levels, np.float64),
            site=np.array([self._sites[p.site_id] for p in people], np.int64),
            department=np.array(
                [self._departments[each] if each else UNKNOWN for each in departments], np.int64
            ),
            tongues=self._tongues(people),
            weeks=self._weeks(people),
            meanings=meanings,
        )

    def _tongues(self, people: Sequence[Person]) -> NDArray[np.uint64]:
        bits = np.zeros((len(self._languages) // 64 + 1, len(people)), np.uint64)
        for place, person in enumerate(people):
            for language in criteria.languages(person) & self._languages.keys():
                word, bit = divmod(self._languages[language], 64)
                bits[word, place] |= np.uint64(1 << bit)
        return bits

    def _weeks(self, people: Sequence[Person]) -> Weeks:
        ways: dict[tuple[tuple[Window, ...], float], int] = {}
        which = [
            ways.setdefault((windows_of(p), self._offsets[p.time_zone]), len(ways)) for p in people
        ]
        free = [week(windows, ahead) for windows, ahead in ways]
        return Weeks(np.array(which, np.int64), np.array(free, np.bool_).reshape(-1, WEEK))


def _numbered(things: Iterable[H]) -> dict[H, int]:
    return {thing: number for number, thing in enumerate(dict.fromkeys(things))}


def _department(person: Person) -> str:
    return criteria.term(person.department)


def _ragged(lists: Sequence[Sequence[int]]) -> tuple[Indices, Indices]:
    starts = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(items) for items in lists], out=starts[1:])
    return starts, np.array([item for items in lists for item in items], np.int64)
