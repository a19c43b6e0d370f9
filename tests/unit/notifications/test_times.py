"""Times in people's own time zones and languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.times import span
from support.people import person

STARTS = datetime(2026, 12, 1, 22, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_span_within_a_day_names_the_day_once() -> None:
    reader = person("Ana", "Luz", languages=["en-GB"])

    assert span(STARTS, STARTS + HOUR, reader) == (
        "Tuesday, 1 December 2026, 22:30\N{EN DASH}23:30 (Europe/Lisbon)"
    )


def test_a_span_over_midnight_names_both_days() -> None:
    reader = person("Ana", "Luz", languages=[])

    assert span(STARTS, STARTS + 2 * HOUR, reader) == (
        "Tuesday, 1 December 2026, 22:30 \N{EN DASH} Wednesday, 2 December 2026, 00:30"
        " (Europe/Lisbon)"
    )


def test_summer_time_is_the_readers() -> None:
    new_york = person("Ann", "Lee", time_zone="America/New_York", languages=["en-GB"])
    before, after = datetime(2027, 3, 13, 15, tzinfo=UTC), datetime(2027, 3, 14, 15, tzinfo=UTC)

    assert ", 10:00\N{EN DASH}11:00" in span(before, before + HOUR, new_york)
    assert ", 11:00\N{EN DASH}12:00" in span(after, after + HOUR, new_york)


@pytest.mark.parametrize(
    ("languages", "day"),
    [
        (["de-DE", "en"], "Dienstag, 1. Dezember 2026"),
        (["zh-Hant-TW"], "2026年12月1日 星期二"),
        (["tlh", "fr"], "mardi 1 décembre 2026"),
        (["x-not-a-language", "", "sv"], "tisdag 1 december 2026"),
    ],
)
def test_the_first_language_that_is_known_is_used(languages: list[str], day: str) -> None:
    reader = person("Ana", "Luz", time_zone="UTC", languages=languages)

    assert span(STARTS, STARTS + HOUR, reader).startswith(day)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "America", "../../etc/passwd", "a\x00b"])
def test_a_time_zone_that_is_none_is_read_as_utc(zone: str) -> None:
    assert span(STARTS, STARTS + HOUR, person("Ana", "Luz", time_zone=zone)).endswith("(UTC)")


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    minutes=st.integers(0, 4 * 365 * 24 * 60),
    language=st.sampled_from(["en", "pt", "ja", "ar", "hi", "sw", "xx", "zh-Hans-CN", "root"]),
)
def test_every_time_is_told_in_every_zone(zone: str, minutes: int, language: str) -> None:
    starts = STARTS + timedelta(minutes=minutes)
    reader = person("Ana", "Luz", time_zone=zone, languages=[language])

    assert span(starts, starts + HOUR, reader).endswith(f"({zone})")
