"""The rules of a session, one by one."""

from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from uuid import UUID, uuid4

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from chassis.ids import new_id
from chassis.refusals import Invalid, NotAllowed, NotYetKnown
from contracts.matching import Pairing, PairingStatus
from contracts.sessions import Session, SessionStatus
from sessions.domain import session
from sessions.domain.session import Slot, slot
from sessions.refusals import (
    PairingNotActive,
    SessionBegun,
    SessionClosed,
    SessionNotBegun,
    SessionsOverlap,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float, *, lasting: float = 1) -> Slot:
    start = NOW + hours * HOUR
    return slot(start, start + lasting * HOUR, now=NOW)


@pytest.fixture
def pairing() -> Pairing:
    return Pairing(
        id=new_id(),
        organisation_id=uuid4(),
        programme_id=uuid4(),
        mentor_id=uuid4(),
        mentee_id=uuid4(),
        status=PairingStatus.ACTIVE,
        proposed_at=NOW,
    )


def booked(pairing: Pairing, when: Slot, *, by: UUID | None = None) -> Session:
    return session.book(
        pairing, by=by or pairing.mentee_id, topic="A first talk", when=when, place="", beside=[]
    )


@pytest.fixture
def planned(pairing: Pairing) -> Session:
    return booked(pairing, at(24))


def moved(planned: Session, pairing: Pairing, when: Slot, *, now: datetime = NOW) -> Session:
    return session.move(
        planned, pairing, by=planned.mentor_id, when=when, place=UNSET, beside=[planned], now=now
    )


@pytest.mark.parametrize("role", ["mentor_id", "mentee_id"])
def test_either_of_the_two_books(pairing: Pairing, role: str) -> None:
    planned = booked(pairing, at(24), by=getattr(pairing, role))

    assert planned.status is SessionStatus.SCHEDULED
    assert (planned.mentor_id, planned.mentee_id) == (pairing.mentor_id, pairing.mentee_id)
    assert (planned.uid, planned.sequence) == (f"{planned.id}@cairn", 0)


def test_nobody_else_books(pairing: Pairing) -> None:
    with pytest.raises(NotAllowed):
        booked(pairing, at(24), by=uuid4())


@pytest.mark.parametrize(
    "status", sorted(set(PairingStatus) - {PairingStatus.ACTIVE, PairingStatus.PROPOSED})
)
def test_only_an_active_pairing_meets(
    pairing: Pairing, planned: Session, status: PairingStatus
) -> None:
    other = replace(pairing, status=status)

    with pytest.raises(PairingNotActive, match=status):
        booked(other, at(24))
    with pytest.raises(PairingNotActive, match=status):
        moved(planned, other, at(30))


def test_of_a_proposal_the_second_yes_may_be_on_its_way(pairing: Pairing) -> None:
    with pytest.raises(NotYetKnown):
        booked(replace(pairing, status=PairingStatus.PROPOSED), at(24))


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (NOW - HOUR, NOW + HOUR),
        (NOW, NOW + HOUR),
        (NOW + HOUR, NOW + HOUR),
        (NOW + 2 * HOUR, NOW + HOUR),
        (NOW + HOUR, NOW + 9.01 * HOUR),
        (NOW + timedelta(days=800), NOW + timedelta(days=800, hours=1)),
        (datetime.max.replace(tzinfo=timezone(-12 * HOUR)), NOW),
        (datetime.min.replace(tzinfo=timezone(12 * HOUR)), NOW),
        (NOW + HOUR, datetime.max.replace(tzinfo=timezone(-12 * HOUR))),
    ],
)
def test_a_time_that_cannot_be_is_refused(starts: datetime, ends: datetime) -> None:
    with pytest.raises(Invalid):
        slot(starts, ends, now=NOW)


def test_times_are_kept_in_utc() -> None:
    tokyo = timezone(9 * HOUR)
    start = datetime(2026, 11, 25, 10, tzinfo=tokyo)

    assert slot(start, start + HOUR, now=NOW).starts_at.isoformat() == "2026-11-25T01:00:00+00:00"


def test_a_topic_is_one_line_and_not_empty(pairing: Pairing) -> None:
    book = partial(session.book, pairing, by=pairing.mentor_id, when=at(1), place="", beside=[])

    assert book(topic=" a\r\n b ").topic == "a b"
    with pytest.raises(Invalid, match="topic"):
        book(topic=" \n")


@pytest.mark.parametrize(("hours", "lasting"), [(23.5, 1), (24.5, 1), (24.2, 0.1), (23, 3)])
def test_the_two_do_not_meet_twice_at_once(
    pairing: Pairing, planned: Session, hours: float, lasting: float
) -> None:
    with pytest.raises(SessionsOverlap, match=str(planned.id)):
        session.book(
            pairing,
            by=pairing.mentor_id,
            topic="Another",
            when=at(hours, lasting=lasting),
            place="",
            beside=[planned],
        )


def test_sessions_may_touch_and_a_session_moves_over_itself(
    pairing: Pairing, planned: Session
) -> None:
    session.book(
        pairing, by=pairing.mentor_id, topic="After", when=at(25), place="", beside=[planned]
    )

    assert moved(planned, pairing, at(24.5)).starts_at == NOW + 24.5 * HOUR


def test_a_session_does_not_move_onto_another(pairing: Pairing, planned: Session) -> None:
    other = booked(pairing, at(30))

    with pytest.raises(SessionsOverlap, match=str(other.id)):
        session.move(
            planned,
            pairing,
            by=planned.mentor_id,
            when=at(29.5),
            place=UNSET,
            beside=[planned, other],
            now=NOW,
        )


def test_moving_keeps_the_identity_and_raises_the_sequence(
    pairing: Pairing, planned: Session
) -> None:
    later = moved(planned, pairing, at(48))

    assert (later.uid, later.sequence) == (planned.uid, 1)
    assert later.status is SessionStatus.SCHEDULED
    assert moved(planned, pairing, at(24)) is planned


def test_what_has_begun_is_recorded_not_moved_or_cancelled(
    pairing: Pairing, planned: Session
) -> None:
    begun = planned.starts_at

    with pytest.raises(SessionBegun):
        moved(planned, pairing, at(48), now=begun)
    with pytest.raises(SessionBegun):
        session.cancel(planned, by=planned.mentor_id, reason="", now=begun)
    with pytest.raises(SessionNotBegun):
        session.record(
            planned, by=planned.mentor_id, outcome=SessionStatus.HELD, reason="", now=NOW
        )
    held = session.record(
        planned, by=planned.mentor_id, outcome=SessionStatus.HELD, reason="", now=begun
    )
    assert held.status is SessionStatus.HELD


def test_a_closed_session_stays_closed(pairing: Pairing, planned: Session) -> None:
    cancelled = session.cancel(planned, by=planned.mentee_id, reason=" ill ", now=NOW)
    later = planned.ends_at

    assert (cancelled.closing_reason, cancelled.sequence) == ("ill", 1)
    with pytest.raises(SessionClosed):
        session.cancel(cancelled, by=planned.mentee_id, reason="", now=NOW)
    with pytest.raises(SessionClosed):
        moved(cancelled, pairing, at(48))
    with pytest.raises(SessionClosed):
        session.record(
            cancelled, by=planned.mentee_id, outcome=SessionStatus.MISSED, reason="", now=later
        )


def test_a_stranger_touches_nothing(pairing: Pairing, planned: Session) -> None:
    stranger = uuid4()

    with pytest.raises(NotAllowed):
        session.cancel(planned, by=stranger, reason="", now=NOW)
    with pytest.raises(NotAllowed):
        session.record(
            planned, by=stranger, outcome=SessionStatus.HELD, reason="", now=planned.ends_at
        )
    with pytest.raises(NotAllowed):
        session.move(planned, pairing, by=stranger, when=at(9), place=UNSET, beside=[], now=NOW)


@pytest.mark.parametrize(
    "status", [PairingStatus.ENDED, PairingStatus.COMPLETED, PairingStatus.DECLINED]
)
def test_a_closed_pairing_says_why_its_sessions_are_cancelled(
    pairing: Pairing, planned: Session, status: PairingStatus
) -> None:
    cancelled = session.cancel_with_pairing(planned, replace(pairing, status=status))

    assert cancelled.status is SessionStatus.CANCELLED
    assert "pairing" in cancelled.closing_reason
    assert cancelled.sequence == 1
