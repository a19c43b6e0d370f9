"""A frozen pool of mentees and mentors as arrays, everyone by index, in the order of their ids."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from contracts.profiles import Person
from matching.matcher import criteria

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Terms:
    """What mentees name and mentors have (skills, languages ...), for counting what they share.

    Mentee i names `named[named_from[i]:named_from[i + 1]]`; term t is had by the mentors
    `had_by[had_from[t]:had_from[t + 1]]`.
    """

    named_from: Indices
    named: Indices
    had_from: Indices
    had_by: Indices

    @classmethod
    def of(cls, named: Sequence[frozenset[str]], had: Sequence[frozenset[str]]) -> "Terms":
        vocabulary = {term: t for t, term in enumerate(sorted(frozenset().union(*named)))}
        had_by: list[list[int]] = [[] for _ in vocabulary]
        for mentor, terms in enumerate(had):
            for term in terms & vocabulary.keys():
                had_by[vocabulary[term]].append(mentor)
        return cls(
            *_ragged([sorted(vocabulary[term] for term in terms) for terms in named]),
            *_ragged(had_by),
        )


@dataclass(frozen=True)
class Pool:
    """Who takes part, and who may not be paired with whom."""

    mentees: int
    mentors: int
    places: Indices  # free places of each mentor
    skills: Terms  # sought by the mentee, offered by the mentor
    interests: Terms
    values: Terms
    languages: Terms
    sites: Terms  # the one place where each works
    mentee_offset: NDArray[np.float64]  # hours ahead of UTC; NaN where the zone is not known
    mentor_offset: NDArray[np.float64]
    barred: tuple[Indices, Indices]  # pairs (mentee, mentor), by mentee


def make_pool(
    mentees: Sequence[Person],
    mentors: Sequence[Person],
    *,
    places: Sequence[int],
    offset: Callable[[str], float],
    barred: set[tuple[int, int]],
) -> Pool:
    """Encode people, who come in the order of their ids.

    `offset` says how many hours a time zone is ahead of UTC. `barred` has pairs of indices (mentee,
    mentor); everyone is barred from themselves, from their manager and from their reports anyway.
    """
    offsets = {zone: offset(zone) for zone in {p.time_zone for p in (*mentees, *mentors)}}

    def shared(
        named: Callable[[Person], frozenset[str]], had: Callable[[Person], frozenset[str]]
    ) -> Terms:
        return Terms.of([named(p) for p in mentees], [had(p) for p in mentors])

    pairs = np.array(sorted(barred | _too_close(mentees, mentors)), np.int64).reshape(-1, 2)
    return Pool(
        mentees=len(mentees),
        mentors=len(mentors),
        places=np.array(places, np.int64),
        skills=shared(criteria.skills_sought, criteria.skills_offered),
        interests=shared(criteria.interests, criteria.interests),
        values=shared(criteria.values, criteria.values),
        languages=shared(criteria.languages, criteria.languages),
        sites=shared(criteria.site, criteria.site),
        mentee_offset=np.array([offsets[p.time_zone] for p in mentees], np.float64),
        mentor_offset=np.array([offsets[p.time_zone] for p in mentors], np.float64),
        barred=(pairs[:, 0], pairs[:, 1]),
    )


def _too_close(mentees: Sequence[Person], mentors: Sequence[Person]) -> set[tuple[int, int]]:
    mentee_index: dict[UUID | None, int] = {person.id: i for i, person in enumerate(mentees)}
    mentor_index: dict[UUID | None, int] = {person.id: j for j, person in enumerate(mentors)}
    barred: set[tuple[int, int]] = set()
    for i, mentee in enumerate(mentees):
        for person_id in (mentee.id, mentee.manager_id):
            if person_id in mentor_index:
                barred.add((i, mentor_index[person_id]))
    for j, mentor in enumerate(mentors):
        if mentor.manager_id in mentee_index:
            barred.add((mentee_index[mentor.manager_id], j))
    return barred


def _ragged(lists: Sequence[Sequence[int]]) -> tuple[Indices, Indices]:
    starts = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(items) for items in lists], out=starts[1:])
    return starts, np.array([item for items in lists for item in items], np.int64)
