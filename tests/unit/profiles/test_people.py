from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.profiles import Person, Standing
from profiles.domain.importing import Imported
from profiles.domain.people import PersonRow
from profiles.domain.profile import OwnProfile, edited, left
from support.hr import NOW, Organisation, person_row


@pytest.fixture
def organisation() -> Organisation:
    return Organisation()


def counts(result: Imported) -> tuple[int, int, int]:
    return result.created, result.changed, result.unchanged


def reasons(result: Imported) -> list[tuple[int, str]]:
    return [(told.row, told.field) for told in result.refused]


def edit(person: Person, **words: Any) -> Person:
    return edited(person, OwnProfile(**words), site_time_zone="Europe/Lisbon")


def test_a_person_joins(organisation: Organisation) -> None:
    decided = organisation.take(person_row("1", department="R&D", languages=["pt"]))

    [ana] = decided.joined
    assert counts(decided.result) == (1, 0, 0)
    assert ana == Person(
        id=ana.id,
        organisation_id=organisation.id,
        employee_number="1",
        subject="subject-1",
        email="person1@example.org",
        given_name="Ana",
        family_name="Silva",
        job_title="Engineer",
        department="R&D",
        site_id=organisation.sites["LIS"].id,
        time_zone="Europe/Lisbon",
        languages=["pt"],
        joined_at=NOW,
    )


def test_hr_has_the_last_word_on_hr_fields(organisation: Organisation) -> None:
    organisation.take(person_row("9"), person_row("1", department="R&D", manager="9"))
    decided = organisation.take(person_row("1", job_title="Director", email="ana@example.com"))

    [ana] = decided.changed
    assert (ana.job_title, ana.email, ana.department, ana.manager_id) == (
        "Director",
        "ana@example.com",
        "",
        None,
    )


def test_a_row_sets_what_was_not_edited_by_hand(organisation: Organisation) -> None:
    [ana] = organisation.take(person_row("1", skills=["SQL"], capacity=2)).joined
    organisation.keep(edit(ana, skills=["Go"]))
    organisation.take(person_row("1", skills=["COBOL"], capacity=5, aspiration="Architect"))

    ana = organisation.people["1"]
    assert (ana.skills, ana.capacity, ana.aspiration) == (["Go"], 5, "Architect")


def test_what_a_row_does_not_say_of_the_profile_stays(organisation: Organisation) -> None:
    organisation.take(person_row("1", skills=["SQL"], offers_mentoring=True))
    decided = organisation.take(person_row("1"))

    assert counts(decided.result) == (0, 0, 1)


def test_the_time_zone_is_the_sites_unless_the_row_or_the_person_says_another(
    organisation: Organisation,
) -> None:
    organisation.take(person_row("1"), person_row("2", time_zone="UTC"), person_row("3"))
    organisation.keep(edit(organisation.people["3"], time_zone="Europe/Paris"))
    organisation.take(
        person_row("1", site="OSA"),
        person_row("2", site="OSA", time_zone="UTC"),
        person_row("3", site="OSA"),
    )

    zones = [organisation.people[number].time_zone for number in "123"]
    assert zones == ["Asia/Tokyo", "UTC", "Europe/Paris"]


def test_who_reappears_is_active_again(organisation: Organisation) -> None:
    [ana] = organisation.take(person_row("1")).joined
    organisation.keep(left(ana))
    later = NOW + timedelta(days=400)
    decided = organisation.take(person_row("1"), now=later)

    assert counts(decided.result) == (0, 1, 0)
    assert decided.returned == [msgspec.structs.replace(ana, joined_at=later)]
    assert decided.returned[0].standing is Standing.ACTIVE


def test_a_row_of_an_unknown_site_is_refused(organisation: Organisation) -> None:
    decided = organisation.take(person_row("1", site="XXX"), person_row("2"))

    assert reasons(decided.result) == [(0, "site")]
    assert counts(decided.result) == (1, 0, 0)


def test_the_second_row_of_the_same_employee_is_refused(organisation: Organisation) -> None:
    decided = organisation.take(person_row("1"), person_row("1", given_name="Eve"))

    assert reasons(decided.result) == [(1, "employee_number")]
    assert organisation.people["1"].given_name == "Ana"


def test_a_subject_that_somebody_has_is_refused(organisation: Organisation) -> None:
    organisation.take(person_row("1"))
    decided = organisation.take(
        person_row("2", subject="subject-1"),
        person_row("3", subject="s"),
        person_row("4", subject="s"),
    )

    assert reasons(decided.result) == [(0, "subject"), (2, "subject")]
    assert "subject-1" not in str(decided.result)


def test_two_people_can_trade_subjects(organisation: Organisation) -> None:
    organisation.take(person_row("1", subject="a"), person_row("2", subject="b"))
    decided = organisation.take(person_row("1", subject="b"), person_row("2", subject="a"))

    assert counts(decided.result) == (0, 2, 0)
    assert [organisation.people[number].subject for number in "12"] == ["b", "a"]


def test_a_subject_is_not_free_when_the_row_that_gives_it_up_is_refused(
    organisation: Organisation,
) -> None:
    organisation.take(person_row("1", subject="a"), person_row("2", subject="b"))
    decided = organisation.take(
        person_row("1", subject="b"),
        person_row("2", subject="c", email="nonsense"),
    )

    assert reasons(decided.result) == [(0, "subject"), (1, "email")]


def test_a_manager_may_stand_below_their_reports(organisation: Organisation) -> None:
    organisation.take(person_row("1", manager="2"), person_row("2"))

    assert organisation.people["1"].manager_id == organisation.people["2"].id


@pytest.mark.parametrize("manager", ["404", "1"])
def test_a_manager_who_cannot_be_is_left_empty_with_a_warning(
    organisation: Organisation, manager: str
) -> None:
    decided = organisation.take(person_row("1", manager=manager))

    assert decided.result.created == 1
    assert decided.joined[0].manager_id is None
    assert [(told.row, told.field) for told in decided.result.warned] == [(0, "manager")]


def test_a_manager_whose_row_is_refused_is_nobody(organisation: Organisation) -> None:
    decided = organisation.take(person_row("1", manager="2"), person_row("2", site="XXX"))

    assert [told.row for told in decided.result.warned] == [0]


def test_manager_and_report_can_trade_places(organisation: Organisation) -> None:
    organisation.take(person_row("1"), person_row("2", manager="1"))
    decided = organisation.take(person_row("1", manager="2"), person_row("2"))

    assert decided.result.warned == []
    assert organisation.people["1"].manager_id == organisation.people["2"].id
    assert organisation.people["2"].manager_id is None


short = st.sampled_from(["1", "2", "3", "4"])
rows = st.builds(
    person_row,
    short,
    subject=st.sampled_from("abcd"),
    site=st.sampled_from(["LIS", "OSA", "XXX"]),
    email=st.sampled_from(["ana@example.org", "nonsense"]),
    manager=st.none() | short | st.just("404"),
    skills=st.sampled_from([["SQL"], ["sql", " Go "]]),
    offers_mentoring=st.booleans(),
)
imports = st.lists(rows, max_size=6)


@given(before=st.lists(imports, max_size=2), chunk=imports)
def test_the_same_rows_twice_change_nothing(
    before: list[list[PersonRow]], chunk: list[PersonRow]
) -> None:
    organisation = Organisation()
    for earlier in before:
        organisation.take(*earlier)
    first = organisation.take(*chunk)
    second = organisation.take(*chunk, now=NOW + timedelta(days=1))

    assert (second.joined, second.returned, second.changed) == ([], [], [])
    assert second.result.refused == first.result.refused
    assert second.result.warned == first.result.warned


@given(st.lists(imports, max_size=3))
def test_no_two_people_ever_have_the_same_subject(chunks: list[list[PersonRow]]) -> None:
    organisation = Organisation()
    for chunk in chunks:
        organisation.take(*chunk)

    subjects = [person.subject for person in organisation.people.values()]
    assert len(subjects) == len(set(subjects))
