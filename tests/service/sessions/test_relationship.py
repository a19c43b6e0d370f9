"""Sessions, goals and feedback of a pairing, on the real database under the application's role."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from chassis.identity import Caller
from chassis.ids import new_id
from contracts.matching import Pairing, PairingChange, PairingStatus
from support.harness import Answered, Harness, happened

pytestmark = pytest.mark.platform


def moment(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


class Two:
    """A mentor and a mentee with their pairing, which sessions has heard of."""

    def __init__(self, sessions: Harness) -> None:
        self._sessions = sessions
        self.pairing = Pairing(
            id=new_id(),
            organisation_id=uuid4(),
            programme_id=uuid4(),
            mentor_id=uuid4(),
            mentee_id=uuid4(),
            status=PairingStatus.ACTIVE,
            proposed_at=datetime.now(UTC),
        )
        self.mentor = self.caller(self.pairing.mentor_id)
        self.mentee = self.caller(self.pairing.mentee_id)

    def caller(self, person_id: UUID | None, *, organisation_id: UUID | None = None) -> Caller:
        return Caller(
            subject=str(person_id),
            organisation_id=organisation_id or self.pairing.organisation_id,
            person_id=person_id,
        )

    async def book(self, hours: float, *, by: Caller | None = None, lasts: float = 1) -> Answered:
        return await self._sessions.do(
            "book-session",
            by or self.mentee,
            pairing_id=self.pairing.id,
            topic="A first talk",
            starts_at=moment(hours),
            ends_at=moment(hours + lasts),
        )

    async def close(self, change: PairingChange, status: PairingStatus, version: int = 2) -> None:
        closed = replace(self.pairing, status=status, closed_at=datetime.now(UTC))
        await self._sessions.hear(happened(change, closed, version=version))

    async def begin(self, session_id: UUID) -> None:
        """Let an hour's session begin now, as time would."""
        async with self._sessions.app.tenant(self.pairing.organisation_id) as connection:
            await connection.execute(
                "update sessions set state = jsonb_set(state, '{starts_at}', to_jsonb($2::text))"
                " where id = $1",
                session_id,
                moment(-0.1),
            )

    async def told(self) -> list[str]:
        return [told.type for told in await self._sessions.outbox(self.pairing.organisation_id)]


@pytest.fixture
async def two(sessions: Harness) -> Two:
    two = Two(sessions)
    await sessions.hear(happened(PairingChange.ACTIVATED, two.pairing))
    return two


async def test_a_session_is_booked_moved_and_held_and_each_says_so_once(
    sessions: Harness, two: Two
) -> None:
    booked = await two.book(24)
    moved = await sessions.do(
        "move-session",
        two.mentor,
        session_id=booked.id,
        starts_at=moment(48),
        ends_at=moment(49),
        place="https://meet.example/cairn",
    )
    early = await sessions.do("record-session", two.mentee, session_id=booked.id, outcome="held")
    await two.begin(booked.id)
    held = await sessions.do("record-session", two.mentee, session_id=booked.id, outcome="held")
    given = await sessions.do(
        "give-feedback", two.mentee, session_id=booked.id, rating=5, comment="Just right."
    )
    again = await sessions.do("give-feedback", two.mentee, session_id=booked.id, rating=1)
    other = await sessions.do("give-feedback", two.mentor, session_id=booked.id, rating=4)

    assert [answer.code for answer in (booked, moved, early, held, given, again, other)] == [
        None,
        None,
        "session-not-begun",
        None,
        None,
        "feedback-given",
        None,
    ]
    events = await sessions.outbox(two.pairing.organisation_id)
    assert [(event.type, event.version) for event in events] == [
        ("sessions.session.scheduled", 1),
        ("sessions.session.moved", 2),
        ("sessions.session.held", 3),
        ("sessions.feedback.given", 1),
        ("sessions.feedback.given", 1),
    ]
    assert [event.state["sequence"] for event in events[:3]] == [0, 1, 2]
    assert {event.state["uid"] for event in events[:3]} == {f"{booked.id}@cairn"}
    assert events[1].state["place"] == "https://meet.example/cairn"
    assert events[3].state["about_id"] == str(two.pairing.mentor_id)


async def test_a_repeated_booking_is_one_session(sessions: Harness, two: Two) -> None:
    body = {
        "pairing_id": two.pairing.id,
        "topic": "Once",
        "starts_at": moment(5),
        "ends_at": moment(6),
    }
    answers = [
        await sessions.do("book-session", two.mentee, key="the same", **body) for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert await two.told() == ["sessions.session.scheduled"]


async def test_strangers_and_other_tenants_see_no_pairing(sessions: Harness, two: Two) -> None:
    stranger = two.caller(uuid4())
    elsewhere = two.caller(two.pairing.mentee_id, organisation_id=uuid4())
    nobody = two.caller(None)

    assert (await two.book(1, by=stranger)).code == "not-allowed"
    assert (await two.book(1, by=elsewhere)).code == "not-yet-known"
    assert (await two.book(1, by=nobody)).code == "not-allowed"
    assert await two.told() == []


async def test_a_pairing_that_is_not_known_yet_is_refused(sessions: Harness) -> None:
    unknown = Two(sessions)

    refused = await unknown.book(1)

    assert refused.code == "not-yet-known"
    assert "not known here yet" in refused.body["refusal"]["message"]


async def test_a_paused_pairing_plans_nothing(sessions: Harness, two: Two) -> None:
    paused = replace(two.pairing, status=PairingStatus.PAUSED)
    await sessions.hear(happened(PairingChange.PAUSED, paused, version=2))

    assert (await two.book(1)).code == "pairing-not-active"


async def test_bookings_at_once_do_not_overlap(sessions: Harness, two: Two) -> None:
    for day in range(1, 6):
        answers = await asyncio.gather(*(two.book(24 * day + n / 10) for n in range(6)))

        assert sorted(str(answer.code) for answer in answers) == ["None", *5 * ["sessions-overlap"]]


async def test_a_move_beside_a_booking_does_not_overlap(sessions: Harness, two: Two) -> None:
    first = await two.book(10)
    move = sessions.do(
        "move-session",
        two.mentor,
        session_id=first.id,
        starts_at=moment(24),
        ends_at=moment(25),
    )
    moved, booked = await asyncio.gather(move, two.book(24.5))

    assert {moved.code, booked.code} == {None, "sessions-overlap"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (PairingChange.ENDED, PairingStatus.ENDED),
        (PairingChange.COMPLETED, PairingStatus.COMPLETED),
        (PairingChange.DECLINED, PairingStatus.DECLINED),
    ],
)
async def test_a_closed_pairing_cancels_what_is_to_come_and_only_that(
    sessions: Harness, two: Two, change: PairingChange, status: PairingStatus
) -> None:
    begun, coming, later = [(await two.book(hours)).id for hours in (1, 30, 60)]
    await two.begin(begun)

    await two.close(change, status)
    await two.close(change, status)  # a repeat
    await two.close(PairingChange.RESTATED, status, version=3)

    events = await sessions.outbox(two.pairing.organisation_id)
    cancelled = [event for event in events if event.type == "sessions.session.cancelled"]
    assert {event.state["id"] for event in cancelled} == {str(coming), str(later)}
    assert len(cancelled) == 2
    assert all(event.state["closing_reason"] for event in cancelled)
    assert (await two.book(90)).code == "pairing-not-active"
    held = await sessions.do("record-session", two.mentor, session_id=begun, outcome="held")
    assert held.code is None


async def test_a_booking_beside_the_end_of_its_pairing_never_survives_it(
    sessions: Harness,
) -> None:
    for n in range(5):
        two = Two(sessions)
        await sessions.hear(happened(PairingChange.ACTIVATED, two.pairing))

        booked, _ = await asyncio.gather(
            two.book(24 + n), two.close(PairingChange.ENDED, PairingStatus.ENDED)
        )

        expected = ["sessions.session.scheduled", "sessions.session.cancelled"]
        assert await two.told() == ([] if booked.code else expected)


async def test_a_goal_goes_its_way(sessions: Harness, two: Two) -> None:
    goal = await sessions.do(
        "set-goal",
        two.mentee,
        title="Lead a team",
        due_on="2027-06-30",
        pairing_id=two.pairing.id,
    )
    by_mentor = await sessions.do("update-goal", two.mentor, goal_id=goal.id, progress=40)
    not_hers = await sessions.do("update-goal", two.mentor, goal_id=goal.id, title="Mine")
    reworded = await sessions.do("update-goal", two.mentee, goal_id=goal.id, due_on=None)
    the_same = await sessions.do("update-goal", two.mentee, goal_id=goal.id, progress=40)
    achieved = await sessions.do("achieve-goal", two.mentee, goal_id=goal.id)
    dropped = await sessions.do("drop-goal", two.mentee, goal_id=goal.id)

    answers = (goal, by_mentor, not_hers, reworded, the_same, achieved, dropped)
    assert [answer.code for answer in answers] == [
        None,
        None,
        "not-allowed",
        None,
        None,
        None,
        "goal-closed",
    ]
    assert the_same.body["written"] == []
    events = await sessions.outbox(two.pairing.organisation_id)
    assert [event.type.rpartition(".")[2] for event in events] == [
        "set",
        "progressed",
        "changed",
        "achieved",
    ]
    assert events[2].state.get("due_on") is None
    assert (events[3].state["status"], events[3].state["progress"]) == ("achieved", 100)


@pytest.mark.parametrize(
    ("name", "body", "path"),
    [
        ("book-session", {"topic": "x"}, "$"),
        ("set-goal", {"title": "x", "colour": "red"}, "$"),
        ("set-goal", {"title": "x" * 201}, "$.title"),
        ("set-goal", {"title": "a\x00b"}, "$"),
        ("update-goal", {"goal_id": str(uuid4()), "progress": 101}, "$.progress"),
        ("give-feedback", {"session_id": str(uuid4()), "rating": 6}, "$.rating"),
        ("record-session", {"session_id": str(uuid4()), "outcome": "cancelled"}, "$.outcome"),
    ],
)
async def test_a_body_of_another_form_is_refused(
    sessions: Harness, two: Two, name: str, body: dict[str, Any], path: str
) -> None:
    refused = await sessions.do(name, two.mentee, **body)

    assert (refused.code, refused.body["refusal"]["path"]) == ("invalid-command", path)


async def test_a_time_without_an_offset_is_refused(sessions: Harness, two: Two) -> None:
    refused = await sessions.do(
        "book-session",
        two.mentee,
        pairing_id=two.pairing.id,
        topic="When?",
        starts_at="2030-01-01T10:00:00",
        ends_at="2030-01-01T11:00:00",
    )

    assert (refused.code, refused.body["refusal"]["path"]) == ("invalid-command", "$.starts_at")


@pytest.mark.parametrize("name", ["move-session", "cancel-session", "record-session"])
async def test_what_is_not_there_is_not_found(sessions: Harness, two: Two, name: str) -> None:
    times = {"starts_at": moment(1), "ends_at": moment(2)} if name == "move-session" else {}
    outcome = {"outcome": "held"} if name == "record-session" else {}

    refused = await sessions.do(name, two.mentee, session_id=uuid4(), **times, **outcome)

    assert refused.code == "not-found"
