"""The line of managers: who is near whom in it, up or down."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from contracts.profiles import Person


def near_in_line(
    mentees: Sequence[Person],
    mentors: Sequence[Person],
    managers: Mapping[UUID, UUID],
    steps: int,
) -> set[tuple[int, int]]:
    """Pairs (mentee, mentor), by index, of whom one is at most so many steps above the other.

    `managers` has the managers of whoever stands between them and is neither mentee nor mentor.
    """
    lines = dict(managers)
    lines.update((p.id, p.manager_id) for p in (*mentees, *mentors) if p.manager_id is not None)
    mentee_index = {person.id: i for i, person in enumerate(mentees)}
    mentor_index = {person.id: j for j, person in enumerate(mentors)}
    near: set[tuple[int, int]] = set()
    for i, mentee in enumerate(mentees):
        for person_id in above(mentee.id, lines, steps):
            if person_id in mentor_index:
                near.add((i, mentor_index[person_id]))
    for j, mentor in enumerate(mentors):
        for person_id in above(mentor.id, lines, steps):
            if person_id in mentee_index:
                near.add((mentee_index[person_id], j))
    return near


def above(person_id: UUID, managers: Mapping[UUID, UUID], steps: int) -> Iterator[UUID]:
    """Whoever is at most so many steps above a person, the nearest first."""
    at: UUID | None = person_id
    for _ in range(steps):
        at = managers.get(at)
        if at is None:
            return
        yield at
