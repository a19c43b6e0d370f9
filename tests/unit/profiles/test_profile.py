from typing import Any

import msgspec
import pytest

from contracts.profiles import Person, Standing, Visibility
from profiles.domain.profile import OwnProfile, edited, left
from profiles.refusals import PersonLeft
from support.hr import Organisation, person_row


@pytest.fixture
def ana() -> Person:
    [ana] = Organisation().take(person_row("1", skills=["SQL"])).joined
    return ana


def edit(person: Person, **words: Any) -> Person:
    return edited(person, OwnProfile(**words), site_time_zone="Europe/Lisbon")


def test_what_is_absent_stays(ana: Person) -> None:
    after = edit(ana, interests=["Chess"])

    assert after == msgspec.structs.replace(ana, interests=["Chess"], edited=["interests"])


def test_an_edit_of_nothing_changes_nothing(ana: Person) -> None:
    assert edit(ana) == ana


def test_the_same_edit_again_changes_nothing(ana: Person) -> None:
    once = edit(ana, skills=["SQL"], capacity=3, visibility=Visibility.PRIVATE)

    assert edit(once, skills=["SQL"], capacity=3, visibility=Visibility.PRIVATE) == once


def test_what_was_edited_is_remembered_even_where_the_value_was_the_same(ana: Person) -> None:
    assert edit(ana, skills=["SQL"]).edited == ["skills"]


def test_no_time_zone_of_her_own_is_the_sites_again(ana: Person) -> None:
    abroad = edit(ana, time_zone="Asia/Tokyo")
    home = edit(abroad, time_zone=None)

    assert (abroad.time_zone, abroad.edited) == ("Asia/Tokyo", ["time_zone"])
    assert home == ana


@pytest.mark.parametrize(
    ("words", "capacity"),
    [
        ({"offers_mentoring": True}, 1),
        ({"offers_mentoring": True, "capacity": 0}, 0),
        ({"offers_mentoring": True, "capacity": 4}, 4),
        ({"offers_mentoring": False}, 0),
        ({"seeks_mentoring": True}, 0),
    ],
)
def test_a_new_mentor_who_names_no_capacity_has_room_for_one(
    ana: Person, words: dict[str, Any], capacity: int
) -> None:
    assert edit(ana, **words).capacity == capacity


def test_a_capacity_of_none_that_was_chosen_stays(ana: Person) -> None:
    full = edit(ana, capacity=0)

    assert edit(full, offers_mentoring=True).capacity == 0


def test_who_has_left_can_neither_edit_nor_leave_again(ana: Person) -> None:
    gone = left(ana)

    assert gone == msgspec.structs.replace(ana, standing=Standing.LEFT)
    with pytest.raises(PersonLeft):
        edit(gone, skills=[])
    with pytest.raises(PersonLeft):
        left(gone)
