"""Erasing a person in sessions, whatever comes first."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from chassis.identity import Caller
from chassis.ids import new_id
from contracts.matching import Pairing, PairingChange, PairingStatus, Reason
from contracts.profiles import ErasureChange
from support.erasing import Told, holding
from support.harness import Answered, Harness, happened

pytestmark = pytest.mark.platform

EVENTS = ("active", "ended", "requested", "completed")


class Two:
    """A mentor and a mentee, who is leaving; every word between them is a canary."""

    def __init__(self, sessions: Harness) -> None:
        self.sessions = sessions
        self.word = f"canary-{uuid4().hex}"
        self.pairing = Pairing(
            id=new_id(),
            organisation_id=uuid4(),
            programme_id=uuid4(),
            mentor_id=uuid4(),
            mentee_id=uuid4(),
            status=PairingStatus.ACTIVE,
            reasons=[Reason(criterion="skills", sentence=self.word, share=1)],
            proposed_at=datetime.now(UTC),
        )
        self.mentor = self.caller(self.pairing.mentor_id)
        self.mentee = self.caller(self.pairing.mentee_id)

    def caller(self, person_id: UUID) -> Caller:
        return Caller(
            subject=self.word, organisation_id=self.pairing.organisation_id, person_id=person_id
        )

    async def live(self) -> None:
        await self.hear("active")
        self.held = (await self.book(self.mentee, 1)).id
        self.coming = (await self.book(self.mentor, 24)).id
        await self._begin(self.held)
        await self.do("record-session", self.mentor, session_id=self.held, outcome="held")
        for each in (self.mentor, self.mentee):
            await self.do("give-feedback", each, session_id=self.held, rating=4, comment=self.word)
        await self.do("set-goal", self.mentee, title=self.word, description=self.word)

    async def do(self, name: str, caller: Caller, /, **body: Any) -> Answered:
        body = {
            key: str(value) if isinstance(value, UUID) else value for key, value in body.items()
        }
        return await self.sessions.do(name, caller, **body)

    async def book(self, by: Caller, hours: float) -> Answered:
        starts = datetime.now(UTC) + timedelta(hours=hours)
        return await self.do(
            "book-session",
            by,
            pairing_id=self.pairing.id,
            topic=self.word,
            place=self.word,
            starts_at=starts.isoformat(),
            ends_at=(starts + timedelta(hours=1)).isoformat(),
        )

    async def _begin(self, session_id: UUID) -> None:
        """Let a session begin now, as time would."""
        async with self.sessions.app.tenant(self.pairing.organisation_id) as connection:
            await connection.execute(
                "update sessions set state = jsonb_set(state, '{starts_at}', to_jsonb($2::text))"
                " where id = $1",
                session_id,
                datetime.now(UTC).isoformat(),
            )

    async def hear(self, *names: str) -> None:
        told = Told(self.pairing.mentee_id, self.pairing.organisation_id, version=3)
        ended = replace(
            self.pairing, status=PairingStatus.ENDED, reasons=[], closed_at=datetime.now(UTC)
        )
        records = {
            "active": happened(PairingChange.ACTIVATED, self.pairing, version=3),
            "ended": happened(PairingChange.ENDED, ended, version=4),
            "requested": told.requested,
            "completed": told.said(ErasureChange.COMPLETED, 4),
        }
        for name in names:
            await self.sessions.hear(records[name])

    async def rows(self, table: str) -> list[dict[str, Any]]:
        async with self.sessions.app.tenant(self.pairing.organisation_id) as connection:
            rows = await connection.fetch(
                f"select state ->> 'status' as status, state ->> 'topic' as topic,"
                f" state ->> 'rating' as rating from {table} order by id"
            )
        return [dict(row) for row in rows]


@pytest.fixture
async def two(sessions: Harness) -> Two:
    two = Two(sessions)
    await two.live()
    return two


@pytest.mark.parametrize("order", list(permutations(EVENTS))[::3], ids="-".join)
async def test_nothing_is_left_in_whatever_order(
    two: Two, postgres: str, order: tuple[str, ...]
) -> None:
    await two.hear(*order)

    left = await holding(postgres, "sessions", two.word)
    assert left == ["cairn.answers", "cairn.outbox"], left  # the mentor's own; and on its way
    meetings = await two.rows("sessions")
    assert [(each["status"], each["topic"]) for each in meetings] == [
        ("held", "Erased"),
        ("cancelled", "Erased"),
    ]
    assert [each["rating"] for each in await two.rows("feedback")] == ["4"]  # the mentor earned it
    assert await two.rows("goals") == []
    told = [each.type for each in await two.sessions.outbox(two.pairing.organisation_id)]
    assert told.count("sessions.erasure.done") == 1
    assert told.count("sessions.goal.erased") == told.count("sessions.feedback.erased") == 1
    assert told.count("sessions.session.cancelled") == 1


async def test_nothing_new_is_said_of_who_was_erased(two: Two) -> None:
    await two.hear("requested")

    booked = await two.book(two.mentor, 48)
    again = await two.do("give-feedback", two.mentor, session_id=two.held, rating=1)
    late = await two.do("set-goal", two.mentee, title="late")

    assert [booked.code, again.code, late.code] == ["person-erased", "person-erased", "not-allowed"]
    assert (await two.do("cancel-session", two.mentor, session_id=two.coming)).code is None
