"""Times as people read them: in their own time zone and language."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from contracts.profiles import Person

FALLBACK = Locale("en", "GB")


def span(starts_at: datetime, ends_at: datetime, reader: Person) -> str:
    """From when to when, as "Tuesday, 1 December 2026, 10:00 to 11:00 (Europe/Lisbon)" is."""
    zone, locale = zone_of(reader), locale_of(reader)
    starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    until = f"\N{EN DASH}{_clock(ends, locale)}"
    if ends.date() != starts.date():
        until = f" \N{EN DASH} {_day(ends, locale)}, {_clock(ends, locale)}"
    return f"{_day(starts, locale)}, {_clock(starts, locale)}{until} ({zone})"


def zone_of(reader: Person) -> tzinfo:
    """The person's time zone; UTC where this machine knows none of that name."""
    try:
        return ZoneInfo(reader.time_zone)
    except (LookupError, ValueError, OSError):
        return UTC


def locale_of(reader: Person) -> Locale:
    """The first of the person's languages that dates can be written in; else British English."""
    for language in reader.languages:
        try:
            return Locale.parse(language, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return FALLBACK


def _day(moment: datetime, locale: Locale) -> str:
    return format_date(moment, "full", locale=locale)


def _clock(moment: datetime, locale: Locale) -> str:
    return format_time(moment, "short", locale=locale)
