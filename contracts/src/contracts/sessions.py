"""What sessions says of the relationship: meetings, goals and feedback."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.vocabulary import Instant, Vocabulary

SESSION = "sessions.session"
GOAL = "sessions.goal"
FEEDBACK = "sessions.feedback"
ERASURE = "sessions.erasure"


class SessionChange(StrEnum):
    SCHEDULED = "sessions.session.scheduled"
    MOVED = "sessions.session.moved"
    HELD = "sessions.session.held"
    MISSED = "sessions.session.missed"
    CANCELLED = "sessions.session.cancelled"
    REDACTED = "sessions.session.redacted"  # one of the two was erased
    RESTATED = "sessions.session.restated"


class GoalChange(StrEnum):
    SET = "sessions.goal.set"
    PROGRESSED = "sessions.goal.progressed"
    CHANGED = "sessions.goal.changed"  # its words or its date
    ACHIEVED = "sessions.goal.achieved"
    DROPPED = "sessions.goal.dropped"
    RESTATED = "sessions.goal.restated"


class FeedbackChange(StrEnum):
    GIVEN = "sessions.feedback.given"
    REDACTED = "sessions.feedback.redacted"  # one of the two was erased
    RESTATED = "sessions.feedback.restated"


class ErasureChange(StrEnum):
    DONE = "sessions.erasure.done"
    RESTATED = "sessions.erasure.restated"


class SessionStatus(Vocabulary):
    SCHEDULED = "scheduled"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class GoalStatus(Vocabulary):
    OPEN = "open"
    ACHIEVED = "achieved"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting of a pairing, with its identity in calendars (RFC 5545 UID and SEQUENCE)."""

    id: UUID
    organisation_id: UUID
    pairing_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    topic: str
    starts_at: Instant
    ends_at: Instant
    place: str = ""  # a room or a link
    status: SessionStatus = SessionStatus.SCHEDULED
    booked_by: UUID
    uid: str
    sequence: int = 0
    closing_reason: str = ""  # why it was missed or cancelled


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """What a mentee wants to reach; shared with the mentors of their pairings."""

    id: UUID
    organisation_id: UUID
    person_id: UUID  # whose goal it is
    pairing_id: UUID | None = None  # where it is worked on
    title: str
    description: str = ""
    skill: str = ""
    status: GoalStatus = GoalStatus.OPEN
    progress: int = 0  # per cent
    due_on: date | None = None
    set_at: Instant


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """What one of the two says of a session that was held; both of them may read it."""

    id: UUID
    organisation_id: UUID
    session_id: UUID
    pairing_id: UUID
    author_id: UUID
    about_id: UUID  # the other of the two
    rating: int  # 1 to 5
    comment: str = ""
    given_at: Instant
