"""Whoever is concerned by a step of the journey has it in the inbox, by mail, and in calendars."""

from collections import Counter
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from babel import Locale
from babel.dates import format_time

from support.api import nodes
from support.journey import Journey, Party
from support.letters import invitation_in, letters_to, text_of
from support.running import JSON, RunningPlatform
from support.told import INBOX, NOT_MAILED, told_of_the_pairing
from support.waiting import eventually

pytestmark = pytest.mark.platform


async def test_everyone_concerned_is_told_in_the_inbox(journey: Journey, side: str) -> None:
    other = journey.mentee if side == "mentor" else journey.mentor
    for each in await told_of_the_pairing(journey, side):
        assert other.name in each["title"] + each["body"]


async def test_everyone_concerned_is_told_by_mail(
    platform: RunningPlatform, journey: Journey, side: str
) -> None:
    who = journey.party(side)
    told = await told_of_the_pairing(journey, side)
    mailed = [each for each in told if each["kind"] not in NOT_MAILED[side]]

    def letters() -> dict[str, EmailMessage] | None:
        by_subject = {each["subject"]: each for each in letters_to(platform, who.row["email"])}
        return by_subject if all(each["title"] in by_subject for each in mailed) else None

    arrived = await eventually(letters)
    for each in mailed:
        text = text_of(arrived[each["title"]])
        assert f"Hello {who.row['given_name']}," in text
        assert all(line in text for line in each["body"].splitlines()), (each, text)
    everything = letters_to(platform, who.row["email"])
    identities = Counter(each["message-id"] for each in everything)
    assert set(identities.values()) == {1}
    subjects = [each["subject"] for each in everything]
    for each in told:
        assert subjects.count(each["title"]) == (each in mailed), each


async def test_the_coordinator_is_told_of_the_run(
    platform: RunningPlatform, journey: Journey
) -> None:
    told = nodes((await journey.coordinator.query(INBOX))["viewer"]["notifications"])
    [done] = [each for each in told if each["kind"] == "RUN_COMPLETED"]
    assert done["about"]["id"] == journey.run["id"]
    address = journey.plan["coordinator"]["email"]
    await eventually(
        lambda: done["title"] in [each["subject"] for each in letters_to(platform, address)]
    )


async def test_invitations_are_such_that_calendars_follow(
    platform: RunningPlatform, journey: Journey, side: str
) -> None:
    """Booked, moved, and the next one booked: the same UID twice, then a new one."""
    first, second = journey.sessions
    booked, booked_next = journey.bookings
    expected = [(first, booked, 0), (first, first, 1), (second, booked_next, 0)]
    who = journey.party(side)
    letters = [each for each in letters_to(platform, who.row["email"]) if invitation_in(each)]
    assert len(letters) == len(expected)
    for letter, (session, plan, sequence) in zip(letters, expected, strict=True):
        calendar = invitation_in(letter)
        assert calendar is not None
        assert (calendar["method"], calendar["version"]) == ("REQUEST", "2.0")
        [event] = calendar.events
        assert (event.uid, event.sequence) == (session["uid"], sequence)
        assert event.status == "CONFIRMED"
        assert (event.summary, event.location) == (session["topic"], plan["place"])
        assert event.start == datetime.fromisoformat(plan["startsAt"])
        assert event.end == datetime.fromisoformat(plan["endsAt"])
        assert isinstance(event.start, datetime)
        assert event.start.utcoffset() == timedelta(0)
        assert {each.email for each in event.attendees} == {
            journey.mentor.row["email"],
            journey.mentee.row["email"],
        }
        assert event.organizer is not None
        text = text_of(letter)
        assert all(each in text for each in _when(plan, who))


def _when(plan: JSON, who: Party) -> tuple[str, str]:
    """From when and to when by the reader's own clock; days stand between where one ends late."""
    language = who.row["languages"].partition(";")[0]
    locale = Locale.parse(language, sep="-")
    starts, ends = (
        format_time(datetime.fromisoformat(plan[name]).astimezone(who.zone), "short", locale=locale)
        for name in ("startsAt", "endsAt")
    )
    return starts, f"{ends} ({who.zone.key})"
