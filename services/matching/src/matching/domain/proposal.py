"""Who may be proposed to whom: what is asked of the two when a pairing is made."""

from uuid import UUID

import msgspec

from matching.refusals import AlreadyPaired, KeptApart, NoFreePlace, NotEnrolled, PersonLeft


class Mentor(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a mentor while nobody else can propose to them."""

    person_id: UUID
    alive: bool
    capacity: int  # mentees at once, over all programmes
    load: int  # open pairings, over all programmes
    enrolled: bool
    places: int | None  # mentees at once in this programme; none: as many as the capacity
    taken: int  # open pairings in this programme
    apart: frozenset[UUID] = frozenset()  # who are not to be matched with them

    @property
    def free_places(self) -> int:
        free = self.capacity - self.load
        if self.places is not None:
            free = min(free, self.places - self.taken)
        return max(0, free)

    def with_one_more(self) -> "Mentor":
        return msgspec.structs.replace(self, load=self.load + 1, taken=self.taken + 1)


class Mentee(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a mentee while nobody else can propose to them."""

    person_id: UUID
    alive: bool
    enrolled: bool
    paired: bool  # has an open pairing in this programme


def check_proposal(mentor: Mentor, mentee: Mentee) -> None:
    """Raises PersonLeft, NotEnrolled, AlreadyPaired, KeptApart or NoFreePlace."""
    _check_takes_part(mentor, "mentor")
    check_mentee(mentee)
    if mentee.person_id in mentor.apart:
        raise KeptApart(
            f"Mentor {mentor.person_id} and mentee {mentee.person_id} are not to be matched."
        )
    if not mentor.free_places:
        raise NoFreePlace(
            f"Mentor {mentor.person_id} has {mentor.load} of {mentor.capacity} places taken over"
            f" all programmes{_in_programme(mentor)}."
        )


def check_mentee(mentee: Mentee) -> None:
    """Raises PersonLeft, NotEnrolled or AlreadyPaired."""
    _check_takes_part(mentee, "mentee")
    if mentee.paired:
        raise AlreadyPaired(
            f"Mentee {mentee.person_id} has a mentor in this programme, or a proposal of one;"
            " it must be closed first."
        )


def _check_takes_part(person: Mentor | Mentee, role: str) -> None:
    if not person.alive:
        raise PersonLeft(f"Person {person.person_id} has left the organisation.")
    if not person.enrolled:
        raise NotEnrolled(
            f"Person {person.person_id} does not take part in this programme as a {role} at"
            " present; enrol them first, or have them resume."
        )


def _in_programme(mentor: Mentor) -> str:
    if mentor.places is None:
        return ""
    return f", and {mentor.taken} of {mentor.places} in this one"
