"""The life of a session: scheduled, perhaps moved, then held, missed or cancelled.

Its UID is for ever and its SEQUENCE rises with each change, so that calendars follow (RFC 5545).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chassis.ids import new_id
from chassis.refusals import Invalid
from contracts.matching import Pairing, PairingStatus
from contracts.sessions import Session, SessionStatus
from sessions.domain.pairing import refuse_inactive, refuse_strangers
from sessions.domain.words import one_line
from sessions.refusals import SessionBegun, SessionClosed, SessionNotBegun, SessionsOverlap

LONGEST = timedelta(hours=8)
FARTHEST = timedelta(days=731)  # ahead; a year typed wrong is refused, not kept

WHY_CANCELLED = {
    PairingStatus.COMPLETED: "The pairing is complete.",
    PairingStatus.ENDED: "The pairing has ended.",
    PairingStatus.DECLINED: "The pairing was declined.",
}


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """When a session takes place, in UTC."""

    starts_at: datetime
    ends_at: datetime


def slot(starts_at: datetime, ends_at: datetime, *, now: datetime) -> Slot:
    """A time at which two people can meet.

    Raises Invalid.
    """
    if not now < starts_at <= now + FARTHEST:
        raise Invalid("A session starts in the future, at most two years ahead.")
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise Invalid("A session ends after it starts, and takes at most 8 hours.")
    return Slot(starts_at=starts_at.astimezone(UTC), ends_at=ends_at.astimezone(UTC))


def book(
    pairing: Pairing, *, by: UUID, topic: str, when: Slot, place: str, beside: Iterable[Session]
) -> Session:
    """A new session of a pairing; `beside` has the pairing's scheduled sessions."""
    refuse_strangers(pairing, by)
    refuse_inactive(pairing)
    identity = new_id()
    session = Session(
        id=identity,
        organisation_id=pairing.organisation_id,
        pairing_id=pairing.id,
        mentor_id=pairing.mentor_id,
        mentee_id=pairing.mentee_id,
        topic=one_line(topic, "topic"),
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        place=" ".join(place.split()),
        booked_by=by,
        uid=f"{identity}@cairn",
    )
    _refuse_overlap(session, beside)
    return session


def move(
    session: Session,
    pairing: Pairing,
    *,
    by: UUID,
    when: Slot,
    place: str | UnsetType,
    beside: Iterable[Session],
    now: datetime,
) -> Session:
    """The session at another time or place; unchanged where both are as they were."""
    refuse_strangers(session, by)
    _refuse_closed(session)
    _refuse_begun(session, now)
    refuse_inactive(pairing)
    moved = replace(
        session,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        place=session.place if place is UNSET else " ".join(place.split()),
    )
    if moved == session:
        return session
    _refuse_overlap(moved, beside)
    return replace(moved, sequence=session.sequence + 1)


def cancel(session: Session, *, by: UUID, reason: str, now: datetime) -> Session:
    refuse_strangers(session, by)
    _refuse_closed(session)
    _refuse_begun(session, now)
    return _closed(session, SessionStatus.CANCELLED, reason)


def record(
    session: Session, *, by: UUID, outcome: SessionStatus, reason: str, now: datetime
) -> Session:
    """What became of a session that has begun: `outcome` is held or missed."""
    refuse_strangers(session, by)
    _refuse_closed(session)
    if now < session.starts_at:
        raise SessionNotBegun(
            f"Session {session.id} begins at {session.starts_at.isoformat()};"
            " record it then, or cancel it."
        )
    return _closed(session, outcome, reason)


def cancel_with_pairing(session: Session, pairing: Pairing) -> Session:
    """A session that is not to come any more, for its pairing is closed."""
    return _closed(session, SessionStatus.CANCELLED, WHY_CANCELLED[pairing.status])


def _closed(session: Session, status: SessionStatus, reason: str) -> Session:
    return replace(
        session, status=status, closing_reason=reason.strip(), sequence=session.sequence + 1
    )


def _refuse_closed(session: Session) -> None:
    if session.status is not SessionStatus.SCHEDULED:
        raise SessionClosed(f"Session {session.id} is {session.status}, and stays so.")


def _refuse_begun(session: Session, now: datetime) -> None:
    if session.starts_at <= now:
        raise SessionBegun(
            f"Session {session.id} began at {session.starts_at.isoformat()};"
            " record it as held or missed."
        )


def _refuse_overlap(session: Session, beside: Iterable[Session]) -> None:
    for other in beside:
        if (
            other.id != session.id
            and other.starts_at < session.ends_at
            and session.starts_at < other.ends_at
        ):
            raise SessionsOverlap(
                f"Session {other.id} of the same pairing takes place from"
                f" {other.starts_at.isoformat()} to {other.ends_at.isoformat()};"
                " choose another time."
            )
