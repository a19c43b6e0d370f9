"""One mentee after the other, before mentors who were encoded once: what takes seconds is kept."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from uuid import UUID

import numpy as np

from contracts.matching import Rules
from contracts.profiles import Person
from matching.matcher import criteria
from matching.matcher.lines import above
from matching.matcher.meaning import Meanings
from matching.matcher.nearest import nearest
from matching.matcher.pool import Bars, Codes, Indices, Pool, Terms
from matching.matcher.scores import Scores


class Mentors:
    """A programme's mentors as they were when they were encoded, in the order of their ids.

    It takes seconds for thousands of them: not for the event loop.
    """

    def __init__(
        self,
        people: Sequence[Person],
        rules: Rules,
        *,
        offset: Callable[[str], float],
        experience: Meanings,
        managers: Mapping[UUID, UUID],
    ) -> None:
        """`managers` has the managers of who stands between two and is no mentor."""
        self.ids = [person.id for person in people]
        self._rules = rules
        self._offset = offset
        self._codes = Codes(people, {zone: offset(zone) for zone in {p.time_zone for p in people}})
        self._side = self._codes.side(people, experience)
        self._had = {
            criterion: _who_has([had(person) for person in people])
            for criterion, (_, had) in criteria.MET.items()
        }
        self._index = {person_id: j for j, person_id in enumerate(self.ids)}
        self._managers = {
            **managers,
            **{person.id: person.manager_id for person in people if person.manager_id is not None},
        }
        self._under: defaultdict[UUID, set[int]] = defaultdict(set)
        for j, person_id in enumerate(self.ids):
            for superior in above(person_id, self._managers, rules.reporting_steps):
                self._under[superior].add(j)

    def nearest(
        self,
        mentee: Person,
        *,
        hopes: Meanings,
        barred: Collection[UUID],
        managers: Mapping[UUID, UUID],
        count: int,
    ) -> list[UUID]:
        """The mentors who suit a mentee best and whom no hard rule forbids, the best first.

        `barred` are those whom she may not have whatever they are like, `managers` has those above
        her. Whether they have a place is another matter.
        """
        pool = self._pool(mentee, hopes, barred, {**self._managers, **managers})
        found = nearest(Scores(pool, self._rules), 0, pool.places, count)
        return [self.ids[j] for j in found.tolist()]

    def _pool(
        self,
        mentee: Person,
        hopes: Meanings,
        barred: Collection[UUID],
        managers: Mapping[UUID, UUID],
    ) -> Pool:
        lines = dict(managers)
        if mentee.manager_id is not None:
            lines[mentee.id] = mentee.manager_id
        over = above(mentee.id, lines, self._rules.reporting_steps)
        near = self._pairs(over) | {(0, j) for j in self._under.get(mentee.id, ())}
        own, kept = self._pairs([mentee.id]), self._pairs(barred)
        codes = self._codes.with_newcomer(mentee, self._offset(mentee.time_zone))
        return Pool(
            people=(codes.side([mentee], hopes), self._side),
            places=np.ones(len(self.ids), np.int64),
            terms={
                criterion: _terms_of_one(named(mentee), self._had[criterion])
                for criterion, (named, _) in criteria.MET.items()
            },
            own=Bars.of(own),
            in_line=Bars.of(near),
            earlier=Bars.of(kept),
            excluded=Bars.of(),
            barred=Bars.of(own, near, kept),
        )

    def _pairs(self, person_ids: Iterable[UUID]) -> set[tuple[int, int]]:
        return {(0, self._index[each]) for each in person_ids if each in self._index}


def _who_has(had: Sequence[frozenset[str]]) -> dict[str, Indices]:
    """The mentors who have each term."""
    who: defaultdict[str, list[int]] = defaultdict(list)
    for j, terms in enumerate(had):
        for term in terms:
            who[term].append(j)
    return {term: np.array(mentors, np.int64) for term, mentors in who.items()}


def _terms_of_one(named: frozenset[str], had: Mapping[str, Indices]) -> Terms:
    known = sorted(named & had.keys())
    mentors = [had[term] for term in known]
    return Terms(
        count=np.array([len(named)]),
        named_from=np.array([0, len(known)], np.int64),
        named=np.arange(len(known), dtype=np.int64),
        had_from=np.cumsum([0, *map(len, mentors)], dtype=np.int64),
        had_by=np.concatenate([*mentors, np.zeros(0, np.int64)]),
    )
