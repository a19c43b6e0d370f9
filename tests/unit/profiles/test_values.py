from collections.abc import Callable
from datetime import UTC, time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.unit import MAX_BODY
from contracts.profiles import Person, Visibility, Window
from profiles.domain import values
from profiles.domain.profile import OwnWindow
from profiles.domain.values import RULES, Unusable, tidied
from support.hr import NOW, Organisation, person_row


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("given_name", "  Ana\tMaria ", "Ana Maria"),
        ("given_name", "Jose\u0301", "José"),  # as some file systems write it
        ("family_name", "", ""),
        ("employee_number", " 007 ", "007"),
        ("subject", "auth0|Ana  B", "auth0|Ana  B"),
        ("manager", " 12 ", "12"),
        ("manager", " ", None),
        ("email", " ana.silva+hr@mail.example.org ", "ana.silva+hr@mail.example.org"),
        ("email", "用户@例子.广告", "用户@例子.广告"),
        ("time_zone", "America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("country", "pt", "PT"),
        ("languages", ["pt-br", "EN", "en_GB", "en"], ["pt-BR", "en", "en-GB"]),
        ("languages", ["zh-hant-tw", "eng"], ["zh-Hant-TW", "en"]),
        ("skills", ["Python", " SQL ", "python", "Sql", "Go"], ["Python", "SQL", "Go"]),
        ("capacity", 0, 0),
        ("capacity", 20, 20),
        ("aspiration", " Lead a team. \r\n\r\nAbroad. \n", "Lead a team.\n\nAbroad."),
        ("visibility", Visibility.SITE, Visibility.SITE),
    ],
)
def test_kept_in_one_form(field: str, given: Any, kept: Any) -> None:
    assert RULES[field](given) == kept


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("given_name", " "),
        ("given_name", "a" * 101),
        ("given_name", "Ana\x1b[31m"),
        ("employee_number", ""),
        ("employee_number", "1\n2"),
        ("subject", "s" * 256),
        ("email", "ana"),
        ("email", "ana@example"),
        ("email", "ana@@example.org"),
        ("email", "ana@example..org"),
        ("email", "ana silva@example.org"),
        ("email", "Ana <ana@example.org>"),
        ("email", "ana@example.org,eve@example.org"),
        ("email", "a" * 65 + "@example.org"),
        ("email", "a@" + "b" * 250 + ".org"),
        ("time_zone", "Europe/lisbon"),
        ("time_zone", "UTC+1"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "localtime"),
        ("time_zone", "Factory"),
        ("country", "PRT"),
        ("country", "P1"),
        ("country", "ΠΡ"),
        ("languages", ["Portuguese"]),
        ("languages", ["pt-"]),
        ("languages", [""]),
        ("languages", ["en-" + "-".join(["u"] + ["abcdefgh"] * 5)]),
        ("skills", [""]),
        ("skills", ["a" * 101]),
        ("skills", [str(number) for number in range(51)]),
        ("capacity", -1),
        ("capacity", 21),
        ("aspiration", "a" * 2001),
        ("aspiration", "bell \x07"),
        ("visibility", Visibility.UNKNOWN),
    ],
)
def test_refused(field: str, given: Any) -> None:
    with pytest.raises(Unusable):
        RULES[field](given)


@given(st.integers())
def test_capacity_has_bounds(mentees: int) -> None:
    try:
        assert 0 <= values.capacity(mentees) <= 20
    except Unusable:
        assert not 0 <= mentees <= 20


@pytest.mark.parametrize("field", ["given_name", "subject", "skills", "aspiration", "languages"])
@given(data=st.data())
def test_tidying_twice_is_tidying_once(field: str, data: st.DataObject) -> None:
    text = st.text(max_size=40) | st.sampled_from(["pt", "EN-us", "zh_hans"])
    value = data.draw(st.lists(text) if field in {"skills", "languages"} else text)
    rule: Callable[[Any], Any] = RULES[field]
    try:
        once = rule(value)
    except Unusable:
        return
    assert rule(once) == once


def window(weekday: int, opens: int, closes: int) -> OwnWindow:
    return OwnWindow(weekday=weekday, opens=time(opens), closes=time(closes))


def test_windows_are_kept_in_the_order_of_the_week() -> None:
    kept = values.availability([window(2, 9, 10), window(1, 14, 15), window(1, 9, 14)])

    assert kept == [
        Window(weekday=1, opens=time(9), closes=time(14)),
        Window(weekday=1, opens=time(14), closes=time(15)),
        Window(weekday=2, opens=time(9), closes=time(10)),
    ]


@pytest.mark.parametrize(
    "windows",
    [
        [window(0, 9, 10)],
        [window(8, 9, 10)],
        [window(1, 10, 10)],
        [window(1, 22, 2)],
        [window(1, 9, 11), window(1, 10, 12)],
        [OwnWindow(weekday=1, opens=time(9, tzinfo=UTC), closes=time(10))],
        [window(day, hour, hour + 1) for day in range(1, 6) for hour in range(8, 18)],
    ],
)
def test_windows_refused(windows: list[OwnWindow]) -> None:
    with pytest.raises(Unusable):
        values.availability(windows)


def test_every_problem_of_a_row_is_named_and_none_quotes_the_value() -> None:
    _, problems = tidied(person_row("1", email="not-mail", capacity=99, time_zone="Mars/Base"))

    assert {problem.field for problem in problems} == {"email", "capacity", "time_zone"}
    assert not any(word in str(problems) for word in ("not-mail", "99", "Mars"))


def test_fields_that_are_unset_stay_so() -> None:
    row = person_row("1")

    assert tidied(row) == (row, [])


def test_the_longest_profile_is_far_below_what_an_event_may_carry() -> None:
    labels = [f"{number:03}" + "𝄞" * 97 for number in range(50)]  # four bytes each
    longest: dict[str, Any] = {
        "skills": labels,
        "interests": labels,
        "values": labels,
        "skills_offered": labels,
        "skills_sought": labels,
        "aspiration": "𝄞" * 2000,
        "given_name": "𝄞" * 100,
        "family_name": "𝄞" * 100,
        "job_title": "𝄞" * 200,
        "department": "𝄞" * 200,
    }
    [person] = Organisation().take(person_row("1", **longest)).joined

    assert person.joined_at == NOW
    assert len(msgspec.json.encode(person)) < MAX_BODY / 2
    assert msgspec.json.decode(msgspec.json.encode(person), type=Person) == person
