"""The main job on the running system: an HR file at its begin, one GraphQL answer at its end."""

from collections import Counter
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_time
from contracts.catalogue import TOPICS
from contracts.matching import PAIRING
from contracts.sessions import SESSION
from support.api import nodes
from support.journey import Journey, Party
from support.ledger import read_log
from support.letters import invitation_in, letters_to, text_of
from support.organisation import uuid_of
from support.running import JSON, RunningPlatform
from support.waiting import eventually

pytestmark = pytest.mark.platform

PEOPLE = 120

INBOX = """
query Inbox {
  viewer {
    notifications(first: 100) {
      edges { node { id kind title body about {
        __typename
        ... on Pairing { id }
        ... on Session { pairing { id } }
        ... on Feedback { pairing { id } }
        ... on MatchingRun { id }
      } } }
    }
  }
}"""

SESSIONS = ("SESSION_SCHEDULED", "SESSION_MOVED", "SESSION_HELD", "SESSION_SCHEDULED")
# What each of the two is told, and what of it not by mail: what they did themselves.
TOLD: dict[str, Counter[str]] = {
    "mentor": Counter(
        (
            *("PAIRING_PROPOSED", "PAIRING_ACCEPTED", "PAIRING_ACTIVATED"),
            *(*SESSIONS, "FEEDBACK_GIVEN"),
        )
    ),
    "mentee": Counter(("PAIRING_PROPOSED", "PAIRING_ACTIVATED", *SESSIONS, "FEEDBACK_GIVEN")),
}
NOT_MAILED = {"mentor": {"PAIRING_ACTIVATED", "SESSION_HELD"}, "mentee": set[str]()}


@pytest.fixture(scope="module")
async def journey(platform: RunningPlatform, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    journey = Journey(platform, tmp_path_factory.mktemp("sample"))
    await journey.play(people=PEOPLE)
    return journey


@pytest.fixture(params=["mentor", "mentee"])
def side(request: pytest.FixtureRequest) -> str:
    return request.param


def party(journey: Journey, side: str) -> Party:
    return journey.mentor if side == "mentor" else journey.mentee


async def told_of_the_pairing(journey: Journey, side: str) -> list[JSON]:
    """What is in a person's inbox about the pairing that was played, once all is."""

    async def complete() -> list[JSON] | None:
        inbox = (await party(journey, side).api.query(INBOX))["viewer"]["notifications"]
        told = [
            each
            for each in nodes(inbox)
            if each["about"].get("pairing", each["about"])["id"] == journey.pairing_id
        ]
        return told if Counter(each["kind"] for each in told) == TOLD[side] else None

    return await eventually(complete)


async def test_the_file_is_loaded_as_it_is(journey: Journey) -> None:
    assert journey.imported.json["people"]["created"] == PEOPLE
    assert journey.imported.json["sites"]["created"] == len(journey.sites) == 6
    query = """query Page($after: Cursor) { people(first: 100, after: $after) {
      edges { node { employeeNumber email jobTitle site { code } manager { employeeNumber } } }
      pageInfo { hasNextPage endCursor } } }"""
    found: list[JSON] = []
    after = None
    while True:
        page = (await journey.administrator.query(query, after=after))["people"]
        found += nodes(page)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    loaded = {
        person["employeeNumber"]: (
            person["email"],
            person["jobTitle"],
            person["site"]["code"],
            (person["manager"] or {"employeeNumber": ""})["employeeNumber"],
        )
        for person in found
    }
    assert loaded == {
        number: (row["email"], row["job_title"], row["site"], row["manager"])
        for number, row in journey.people.items()
    }


async def test_proposals_honour_the_rules(journey: Journey) -> None:
    certificate = journey.run["certificate"]
    assert certificate["proposed"] == len(journey.proposals) > 0
    assert certificate["proposed"] + certificate["unmatched"] == certificate["mentees"]
    taken: Counter[str] = Counter()
    for pairing in journey.proposals:
        mentor, mentee = (
            journey.people[pairing[side]["employeeNumber"]] for side in ("mentor", "mentee")
        )
        assert mentor["offers_mentoring"] == mentee["seeks_mentoring"] == "yes"
        assert mentor["employee_number"] != mentee["manager"] != mentee["employee_number"]
        assert mentee["employee_number"] != mentor["manager"]
        assert set(mentor["languages"].split(";")) & set(mentee["languages"].split(";"))
        taken[mentor["employee_number"]] += 1
    assert all(count <= int(journey.people[number]["capacity"]) for number, count in taken.items())
    assert max(Counter(each["mentee"]["id"] for each in journey.proposals).values()) == 1


async def test_a_pairing_says_why(journey: Journey, side: str) -> None:
    query = """query Why($id: ID!) { node(id: $id) { ... on Pairing {
      status score reasons { criterion sentence share } mentor { fullName } mentee { fullName }
    } } }"""
    who = party(journey, side)
    pairing = (await who.api.query(query, id=journey.pairing_id))["node"]
    assert pairing["status"] == "ACTIVE"
    assert pairing["reasons"]
    assert sum(reason["share"] for reason in pairing["reasons"]) == pytest.approx(
        pairing["score"], abs=0.01
    )
    assert pairing["mentor"]["fullName"] == journey.mentor.name
    assert pairing["mentee"]["fullName"] == journey.mentee.name


async def test_everyone_concerned_is_told_in_the_inbox(journey: Journey, side: str) -> None:
    other = journey.mentee if side == "mentor" else journey.mentor
    for each in await told_of_the_pairing(journey, side):
        assert other.name in each["title"] + each["body"]


async def test_everyone_concerned_is_told_by_mail(
    platform: RunningPlatform, journey: Journey, side: str
) -> None:
    who = party(journey, side)
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
    who = party(journey, side)
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
        assert _when(plan, who) in text_of(letter)


def _when(plan: JSON, who: Party) -> str:
    """From when to when by the reader's own clock, as their language writes it."""
    language = who.row["languages"].partition(";")[0]
    locale = Locale.parse(language, sep="-")
    starts, ends = (
        format_time(datetime.fromisoformat(plan[name]).astimezone(who.zone), "short", locale=locale)
        for name in ("startsAt", "endsAt")
    )
    return f"{starts}\N{EN DASH}{ends} ({who.zone.key})"


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
        assert screen[name] == row[column].split(";"), name
    manager = journey.people[row["manager"]]
    assert screen["manager"] == {"fullName": f"{manager['given_name']} {manager['family_name']}"}


def _check_clock(shown: str, zone: ZoneInfo) -> None:
    """It is now, by the clock of that place."""
    moment, now = datetime.fromisoformat(shown), datetime.now(zone)
    assert moment.utcoffset() == now.utcoffset()
    assert abs(moment - now) < timedelta(seconds=30)


async def test_the_log_has_each_step_once_and_in_order(
    platform: RunningPlatform, journey: Journey
) -> None:
    steps = {
        (PAIRING, journey.pairing_id): ["proposed", "accepted", "activated"],
        (SESSION, journey.sessions[0]["id"]): ["scheduled", "moved", "held"],
        (SESSION, journey.sessions[1]["id"]): ["scheduled"],
    }
    for (topic, id_), words in steps.items():
        log = await read_log(platform.settings.kafka, TOPICS[topic])
        headers = [
            {name: value.decode() for name, value in record.headers}
            for record in log
            if record.key == str(uuid_of(id_)).encode()
        ]
        assert [each["ce_type"] for each in headers] == [f"{topic}.{word}" for word in words]
        assert [each["ce_version"] for each in headers] == [
            str(version) for version in range(1, len(words) + 1)
        ]
        assert {each["ce_organisation"] for each in headers} == {str(journey.organisation_id)}
