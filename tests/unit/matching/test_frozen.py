"""What a run is computed from is written down the same each time, and read as it was."""

from datetime import date
from uuid import UUID

from contracts.matching import Rules
from contracts.profiles import Person
from matching.matcher.frozen import Frozen, read, without, written
from support.participants import participant

PEOPLE = [participant(UUID(int=9), id=UUID(int=each)) for each in range(1, 4)]
SITES = [UUID(int=each) for each in (10, 11, 12)]


def frozen(people: list[Person], sites: list[UUID]) -> Frozen:
    """`people` have something, and are told of in this order, as the sites are."""
    ids = [person.id for person in people]
    return Frozen(
        mentees=PEOPLE,
        mentors=[],
        earlier={(one, other) for one in ids for other in ids if one != other},
        hopes=dict.fromkeys(ids, b"\x01\x02\x03"),
        experience=dict.fromkeys(ids, b"\x02\x03\x04"),
        managers=dict.fromkeys(ids, UUID(int=8)),
        sites=dict.fromkeys(sites, "Lisbon"),
        rules=Rules(),
        on=date(2026, 1, 1),
    )


def test_it_is_written_the_same_in_whatever_order_it_came() -> None:
    forth, back = frozen(PEOPLE, SITES), frozen(PEOPLE[::-1], SITES[::-1])
    assert written(forth) == written(back)
    assert read(written(forth)) == forth


def test_nothing_is_left_of_whoever_is_erased() -> None:
    gone = PEOPLE[1].id
    left = without(frozen(PEOPLE, SITES), gone)
    assert str(gone).encode() not in written(left)
    assert left.hopes.keys() == left.experience.keys() == {PEOPLE[0].id, PEOPLE[2].id}
