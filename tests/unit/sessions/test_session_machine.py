"""Whatever two people do with their sessions, in whatever order, some things hold."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec import UNSET
from msgspec.structs import replace

from chassis.ids import new_id
from chassis.refusals import Refusal
from contracts.matching import Pairing, PairingStatus
from contracts.sessions import Session, SessionStatus
from sessions.domain import session

STARTS = st.integers(-1, 12).map(lambda halves: timedelta(minutes=30 * halves))
LASTS = st.integers(-1, 17).map(lambda halves: timedelta(minutes=30 * halves))
OUTCOMES = st.sampled_from([SessionStatus.HELD, SessionStatus.MISSED])


class Relationship(RuleBasedStateMachine):
    """One pairing with its sessions, on a clock that only runs forward."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
        self.pairing = Pairing(
            id=new_id(),
            organisation_id=uuid4(),
            programme_id=uuid4(),
            mentor_id=uuid4(),
            mentee_id=uuid4(),
            status=PairingStatus.ACTIVE,
            proposed_at=self.now,
        )
        self.sessions: dict[UUID, Session] = {}

    def scheduled(self) -> list[Session]:
        return [s for s in self.sessions.values() if s.status is SessionStatus.SCHEDULED]

    def change(self, before: Session, after: Session) -> None:
        assert before.status is SessionStatus.SCHEDULED
        assert after.uid == before.uid
        assert after.sequence == before.sequence + (after != before)
        self.sessions[after.id] = after

    @rule(passes=st.integers(0, 90))
    def wait(self, passes: int) -> None:
        self.now += timedelta(minutes=passes)

    @rule(starts=STARTS, lasts=LASTS)
    def book(self, starts: timedelta, lasts: timedelta) -> None:
        try:
            booked = session.book(
                self.pairing,
                by=self.pairing.mentee_id,
                topic="Talk",
                when=session.slot(self.now + starts, self.now + starts + lasts, now=self.now),
                place="",
                beside=self.scheduled(),
            )
        except Refusal:
            return
        self.sessions[booked.id] = booked

    @precondition(lambda self: self.sessions)
    @rule(data=st.data(), starts=STARTS, lasts=LASTS)
    def move(self, data: st.DataObject, starts: timedelta, lasts: timedelta) -> None:
        before = self.draw(data)
        try:
            after = session.move(
                before,
                self.pairing,
                by=self.pairing.mentor_id,
                when=session.slot(self.now + starts, self.now + starts + lasts, now=self.now),
                place=UNSET,
                beside=self.scheduled(),
                now=self.now,
            )
        except Refusal:
            return
        self.change(before, after)

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        before = self.draw(data)
        try:
            after = session.cancel(before, by=self.pairing.mentee_id, reason="", now=self.now)
        except Refusal:
            return
        self.change(before, after)

    @precondition(lambda self: self.sessions)
    @rule(data=st.data(), outcome=OUTCOMES)
    def record(self, data: st.DataObject, outcome: SessionStatus) -> None:
        before = self.draw(data)
        try:
            after = session.record(
                before, by=self.pairing.mentor_id, outcome=outcome, reason="", now=self.now
            )
        except Refusal:
            return
        assert before.starts_at <= self.now
        self.change(before, after)

    @rule(status=st.sampled_from([PairingStatus.PAUSED, PairingStatus.ACTIVE]))
    def pause_or_resume(self, status: PairingStatus) -> None:
        self.pairing = replace(self.pairing, status=status)

    def draw(self, data: st.DataObject) -> Session:
        return self.sessions[data.draw(st.sampled_from(sorted(self.sessions)))]

    @invariant()
    def no_two_sessions_overlap(self) -> None:
        for one, other in combinations(self.scheduled(), 2):
            assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at

    @invariant()
    def every_session_takes_a_while_and_not_too_long(self) -> None:
        for each in self.sessions.values():
            assert timedelta(0) < each.ends_at - each.starts_at <= session.LONGEST


TestRelationship = Relationship.TestCase
TestRelationship.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
