from collections.abc import Mapping
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from profiles.domain.managers import ReportingLines
from support.hr import Organisation, person_row

PEOPLE = [UUID(int=number) for number in range(1, 9)]
ANN, BEA, CAI = PEOPLE[:3]


def in_a_circle(managers: Mapping[UUID, UUID]) -> bool:
    for person in managers:
        above = managers.get(person)
        steps = 0
        while above is not None and steps <= len(managers):
            if above == person:
                return True
            above, steps = managers.get(above), steps + 1
    return False


def test_nobody_is_their_own_manager() -> None:
    assert not ReportingLines({}).place(ANN, ANN)


def test_a_circle_through_stored_lines_is_refused() -> None:
    lines = ReportingLines({BEA: CAI, CAI: ANN})

    assert not lines.place(ANN, BEA)


def test_a_circle_through_lines_just_placed_is_refused() -> None:
    lines = ReportingLines({})

    assert lines.place(ANN, BEA)
    assert not lines.place(BEA, ANN)


@given(st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=30))
def test_no_circle_is_ever_accepted(wishes: list[tuple[UUID, UUID]]) -> None:
    lines = ReportingLines({})
    accepted: dict[UUID, UUID] = {}
    for person, manager in wishes:
        if person not in accepted and lines.place(person, manager):
            accepted[person] = manager

    assert not in_a_circle(accepted)


numbers = st.sampled_from("123456")
files = st.lists(st.dictionaries(numbers, st.none() | numbers, max_size=6), min_size=1, max_size=4)


@given(files)
def test_no_circle_comes_of_any_imports(imports: list[dict[str, str | None]]) -> None:
    organisation = Organisation()
    for managers in imports:
        organisation.take(*(person_row(n, manager=above) for n, above in managers.items()))

        assert not in_a_circle(organisation.managers())
