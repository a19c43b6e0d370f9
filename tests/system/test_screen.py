"""One GraphQL query has all that a mentee needs to see, and each value is what was done."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from support.api import nodes
from support.journey import Journey
from support.running import JSON
from support.told import TOLD, told_of_the_pairing

pytestmark = pytest.mark.platform

SCREEN = """
query Screen {
  viewer {
    id employeeNumber fullName email jobTitle department
    site { code name city country timeZone localTime }
    manager { fullName }
    timeZone localTime languages skills interests values
    seeksMentoring skillsSought offersMentoring aspiration
    goals(first: 5) {
      totalCount
      edges { node { title description skill status progress dueOn pairing { id } } }
    }
    mentor {
      id fullName jobTitle email timeZone localTime
      site { name city country timeZone localTime }
    }
    nextSession {
      id topic startsAt endsAt place status uid sequence
      mentor { id } mentee { id } bookedBy { fullName }
    }
    unreadNotificationCount
    notifications(unread: true, first: 20) {
      totalCount
      edges { node { id kind title body readAt about { __typename ... on Session { id } } } }
    }
  }
}"""


async def test_one_query_has_all_that_the_mentee_needs(journey: Journey) -> None:
    mentor, mentee = journey.mentor, journey.mentee
    told = await told_of_the_pairing(journey, "mentee")
    [proposed] = [each for each in told if each["kind"] == "PAIRING_PROPOSED"]
    await mentee.api.done("markRead", notificationIds=[proposed["id"]])

    screen = (await mentee.api.query(SCREEN))["viewer"]
    _check_profile(screen, journey)
    assert screen["goals"] == {
        "totalCount": 1,
        "edges": [
            {
                "node": journey.goal
                | {"status": "OPEN", "progress": 20, "pairing": {"id": journey.pairing_id}}
            }
        ],
    }
    _check_clock(screen["mentor"].pop("localTime"), mentor.zone)
    site = screen["mentor"].pop("site")
    _check_clock(site.pop("localTime"), ZoneInfo(mentor.site["time_zone"]))
    assert site == {
        "name": mentor.site["name"],
        "city": mentor.site["city"],
        "country": mentor.site["country"],
        "timeZone": mentor.site["time_zone"],
    }
    assert screen["mentor"] == {
        "id": mentor.id,
        "fullName": mentor.name,
        "jobTitle": mentor.row["job_title"],
        "email": mentor.row["email"],
        "timeZone": mentor.zone.key,
    }
    assert screen["nextSession"] == journey.sessions[1] | {
        "mentor": {"id": mentor.id},
        "mentee": {"id": mentee.id},
        "bookedBy": {"fullName": mentor.name},
    }
    unread = nodes(screen["notifications"])
    expected = TOLD["mentee"] - Counter(["PAIRING_PROPOSED"])
    assert screen["unreadNotificationCount"] == screen["notifications"]["totalCount"]
    assert Counter(each["kind"] for each in unread) == expected
    assert all(each["readAt"] is None for each in unread)
    newest = next(each for each in unread if each["kind"] == "SESSION_SCHEDULED")
    assert newest["about"] == {"__typename": "Session", "id": journey.sessions[1]["id"]}


def _check_profile(screen: JSON, journey: Journey) -> None:
    row, site = journey.mentee.row, journey.mentee.site
    _check_clock(screen["localTime"], journey.mentee.zone)
    _check_clock(screen["site"].pop("localTime"), ZoneInfo(site["time_zone"]))
    named = ("code", "name", "city", "country")
    assert screen["site"] == {name: site[name] for name in named} | {"timeZone": site["time_zone"]}
    texts = {
        "id": journey.mentee.id,
        "employeeNumber": row["employee_number"],
        "fullName": journey.mentee.name,
        "email": row["email"],
        "jobTitle": row["job_title"],
        "department": row["department"],
        "timeZone": journey.mentee.zone.key,
        "aspiration": row["aspiration"],
        "seeksMentoring": True,
        "offersMentoring": row["offers_mentoring"] == "yes",
    }
    assert {name: screen[name] for name in texts} == texts
    for name, column in (
        ("languages", "languages"),
        ("skills", "skills"),
        ("interests", "interests"),
        ("values", "values"),
        ("skillsSought", "skills_sought"),
    ):
        assert screen[name] == list(filter(None, row[column].split(";"))), name
    manager = journey.people[row["manager"]]
    assert screen["manager"] == {"fullName": f"{manager['given_name']} {manager['family_name']}"}


def _check_clock(shown: str, zone: ZoneInfo) -> None:
    """It is now, by the clock of that place."""
    moment, now = datetime.fromisoformat(shown), datetime.now(zone)
    assert moment.utcoffset() == now.utcoffset()
    assert abs(moment - now) < timedelta(seconds=30)
