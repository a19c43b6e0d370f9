"""Clients read their own writes: each mutation's payload shows what it wrote."""

from datetime import UTC, datetime, timedelta

import pytest

from support.api import nodes
from support.organisation import Organisation, mentee, mentor, slot, uuid_of
from support.running import JSON, RunningPlatform
from support.shown import Shown, choosing, direction, taking_part
from support.waiting import eventually

pytestmark = pytest.mark.platform

MUTATIONS = "{ __schema { mutationType { fields { name } } } }"


async def test_each_mutation_shows_what_it_wrote(platform: RunningPlatform) -> None:
    tenant = Organisation(platform)
    names: set[str] = set()
    administrator = Shown(await tenant.administrator(), names)

    await _organisation(administrator)
    await tenant.take_up(mentor("ana"), mentee("ben"), mentee("cai"), mentee("dev"))
    ana, ben, cai = [Shown(await tenant.api(who), names) for who in ("ana", "ben", "cai")]
    programme_id = await _programme(administrator, tenant)
    pairing_id = await _acceptance(administrator, ana, ben, tenant, programme_id)
    await _meetings(ana, ben, pairing_id)
    await _goals(ben, pairing_id)
    await _profile_and_inbox(ben, tenant)
    await direction(ben)
    await _pairing_ends(administrator, ana, ben, cai, tenant, programme_id, pairing_id)
    await choosing(administrator, ana, cai, tenant)
    await taking_part(administrator, cai, tenant)
    await _endings(administrator, tenant, programme_id)

    fields = (await administrator.api.query(MUTATIONS))["__schema"]["mutationType"]["fields"]
    assert names | {"importPeople"} == {each["name"] for each in fields}


async def _organisation(administrator: Shown) -> None:
    payload = await administrator("setUpOrganisation", "organisation { name }", name="Meridian")
    assert payload["organisation"] == {"name": "Meridian"}
    site = {
        "code": "LIS",
        "name": "Lisbon",
        "city": "Lisbon",
        "country": "PT",
        "timeZone": "Europe/Lisbon",
    }
    payload = await administrator("importSites", "created", sites=[site])
    assert payload["created"] == 1
    sites = await administrator.api.query("{ sites { edges { node { code } } } }")
    assert nodes(sites["sites"]) == [{"code": "LIS"}]


async def _programme(administrator: Shown, tenant: Organisation) -> str:
    payload = await administrator(
        "openProgramme", "programme { id name status }", name="Pathways", startsOn="2026-01-05"
    )
    programme_id = payload["programme"]["id"]
    expected = {"id": programme_id, "name": "Pathways", "status": "OPEN"}
    assert payload["programme"] == expected
    payload = await administrator(
        "changeProgramme", "programme { purpose }", programmeId=programme_id, purpose="To grow"
    )
    assert payload["programme"] == {"purpose": "To grow"}
    payload = await administrator(
        "enrol",
        "enrolment { role status person { employeeNumber } }",
        programmeId=programme_id,
        personId=tenant.ids["ana"],
        role="MENTOR",
    )
    expected = {"role": "MENTOR", "status": "ACTIVE", "person": {"employeeNumber": "ana"}}
    assert payload["enrolment"] == expected
    mentees = [{"personId": tenant.ids[who], "role": "MENTEE"} for who in ("ben", "cai", "dev")]
    payload = await administrator(
        "enrolPeople", "created unchanged", programmeId=programme_id, enrolments=mentees
    )
    assert (payload["created"], payload["unchanged"]) == (3, 0)
    return programme_id


async def _acceptance(
    administrator: Shown, ana: Shown, ben: Shown, tenant: Organisation, programme_id: str
) -> str:
    payload = await administrator(
        "proposePairing",
        "pairing { id status mentor { employeeNumber } mentee { employeeNumber } }",
        programmeId=programme_id,
        mentorId=tenant.ids["ana"],
        menteeId=tenant.ids["ben"],
    )
    pairing_id = payload["pairing"]["id"]
    assert payload["pairing"] == {
        "id": pairing_id,
        "status": "PROPOSED",
        "mentor": {"employeeNumber": "ana"},
        "mentee": {"employeeNumber": "ben"},
    }
    payload = await ben(
        "acceptPairing", "pairing { status menteeAcceptedAt }", pairingId=pairing_id
    )
    assert payload["pairing"]["status"] == "PROPOSED"
    assert payload["pairing"]["menteeAcceptedAt"]
    payload = await ana("acceptPairing", "pairing { status activeSince }", pairingId=pairing_id)
    assert payload["pairing"]["status"] == "ACTIVE"
    assert payload["pairing"]["activeSince"]
    return pairing_id


async def _meetings(ana: Shown, ben: Shown, pairing_id: str) -> None:
    shown = "session { id status topic startsAt sequence closingReason }"
    payload = await ben("bookSession", shown, pairingId=pairing_id, topic="Plans", **slot(days=2))
    session = payload["session"]
    assert (session["status"], session["topic"], session["sequence"]) == ("SCHEDULED", "Plans", 0)
    payload = await ana("moveSession", shown, sessionId=session["id"], **slot(days=3))
    assert payload["session"]["sequence"] == 1
    assert payload["session"]["startsAt"] > session["startsAt"]
    payload = await ana("cancelSession", shown, sessionId=session["id"], reason="Ill")
    assert payload["session"]["status"] == "CANCELLED"
    assert payload["session"]["closingReason"] == "Ill"

    payload = await ben("bookSession", shown, pairingId=pairing_id, topic="Now", **slot(seconds=1))
    begins = datetime.fromisoformat(payload["session"]["startsAt"])
    await eventually(lambda: datetime.now(UTC) > begins, within=5)
    session_id = payload["session"]["id"]
    payload = await ana("recordSession", shown, sessionId=session_id, outcome="HELD")
    assert payload["session"]["status"] == "HELD"
    payload = await ben(
        "giveFeedback", "feedback { rating comment }", sessionId=session_id, rating=4, comment="Ok"
    )
    assert payload["feedback"] == {"rating": 4, "comment": "Ok"}


async def _goals(ben: Shown, pairing_id: str) -> None:
    due = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
    shown = "goal { id title status progress dueOn }"
    payload = await ben("setGoal", shown, title="Lead a team", dueOn=due, pairingId=pairing_id)
    goal_id = payload["goal"]["id"]
    expected = {"id": goal_id, "title": "Lead a team", "dueOn": due}
    assert payload["goal"] == expected | {"status": "OPEN", "progress": 0}
    payload = await ben("updateGoal", shown, goalId=goal_id, progress=30, dueOn=None)
    assert (payload["goal"]["progress"], payload["goal"]["dueOn"]) == (30, None)
    payload = await ben("achieveGoal", shown, goalId=goal_id)
    assert (payload["goal"]["status"], payload["goal"]["progress"]) == ("ACHIEVED", 100)
    payload = await ben("setGoal", shown, title="Another")
    payload = await ben("dropGoal", shown, goalId=payload["goal"]["id"])
    assert payload["goal"]["status"] == "DROPPED"


async def _profile_and_inbox(ben: Shown, tenant: Organisation) -> None:
    payload = await ben(
        "updateProfile",
        "person { aspiration timeZone }",
        personId=tenant.ids["ben"],
        aspiration="To lead",
        timeZone="Asia/Tokyo",
    )
    assert payload["person"] == {"aspiration": "To lead", "timeZone": "Asia/Tokyo"}
    payload = await ben("setPreferences", "preferences { email muted }", muted=["SESSION_HELD"])
    assert payload["preferences"] == {"email": True, "muted": ["SESSION_HELD"]}

    inbox = (
        "{ viewer { unreadNotificationCount notifications(first: 1) { edges { node { id } } } }}"
    )

    async def something_unread() -> JSON | None:
        viewer = (await ben.api.query(inbox))["viewer"]
        return viewer if viewer["unreadNotificationCount"] else None

    viewer = await eventually(something_unread)
    [notification] = nodes(viewer["notifications"])
    payload = await ben(
        "markRead", "notifications { id readAt }", notificationIds=[notification["id"]]
    )
    assert payload["notifications"][0]["id"] == notification["id"]
    assert payload["notifications"][0]["readAt"]


async def _pairing_ends(
    administrator: Shown,
    ana: Shown,
    ben: Shown,
    cai: Shown,
    tenant: Organisation,
    programme_id: str,
    pairing_id: str,
) -> None:
    shown = "pairing { status closingReason }"
    payload = await ana("pausePairing", shown, pairingId=pairing_id)
    assert payload["pairing"]["status"] == "PAUSED"
    payload = await ben("resumePairing", shown, pairingId=pairing_id)
    assert payload["pairing"]["status"] == "ACTIVE"
    payload = await ben("completePairing", shown, pairingId=pairing_id)
    assert payload["pairing"]["status"] == "COMPLETED"

    proposed = await tenant.propose(programme_id, "ana", "cai")
    payload = await cai("declinePairing", shown, pairingId=proposed, reason="No time")
    assert payload["pairing"] == {"status": "DECLINED", "closingReason": "No time"}
    ended = await tenant.pair(programme_id, "ana", "dev")
    payload = await administrator("endPairing", shown, pairingId=ended, reason="A new job")
    assert payload["pairing"] == {"status": "ENDED", "closingReason": "A new job"}


async def _endings(administrator: Shown, tenant: Organisation, programme_id: str) -> None:
    payload = await administrator(
        "startMatchingRun", "matchingRun { id status }", programmeId=programme_id
    )
    run_id = payload["matchingRun"]["id"]
    status = "query Run($id: ID!) { node(id: $id) { ... on MatchingRun { status } } }"

    async def completed() -> bool:
        run = (await administrator.api.query(status, id=run_id))["node"]
        return run["status"] == "COMPLETED"

    await eventually(completed)
    enrolments = f"""{{ programme(id: "{programme_id}") {{
      enrolments(role: MENTOR) {{ edges {{ node {{ id }} }} }} }} }}"""
    [taking_part] = nodes((await administrator.api.query(enrolments))["programme"]["enrolments"])
    payload = await administrator(
        "leaveProgramme", "enrolment { status }", enrolmentId=taking_part["id"]
    )
    assert payload["enrolment"]["status"] == "LEFT"
    payload = await administrator(
        "closeProgramme", "programme { status }", programmeId=programme_id
    )
    assert payload["programme"]["status"] == "CLOSED"
    payload = await administrator("removePerson", "person { standing }", personId=tenant.ids["dev"])
    assert payload["person"] == {"standing": "LEFT"}
    erased = tenant.ids["dev"]
    payload = await administrator("erasePerson", "erasure { personId }", personId=erased)
    assert payload["erasure"] == {"personId": str(uuid_of(erased))}
