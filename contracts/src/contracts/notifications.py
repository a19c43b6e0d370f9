"""What notifications says of who was told what, and how they wish to be told."""

from enum import StrEnum
from uuid import UUID

import msgspec

from contracts.vocabulary import Instant, Vocabulary

NOTIFICATION = "notifications.notification"
PREFERENCES = "notifications.preferences"
ERASURE = "notifications.erasure"


class NotificationChange(StrEnum):
    POSTED = "notifications.notification.posted"
    READ = "notifications.notification.read"
    REDACTED = "notifications.notification.redacted"  # whom it speaks of was erased
    RESTATED = "notifications.notification.restated"


class PreferencesChange(StrEnum):
    CHANGED = "notifications.preferences.changed"
    RESTATED = "notifications.preferences.restated"


class ErasureChange(StrEnum):
    DONE = "notifications.erasure.done"
    RESTATED = "notifications.erasure.restated"


class NotificationKind(Vocabulary):
    PAIRING_PROPOSED = "pairing_proposed"
    PAIRING_ACCEPTED = "pairing_accepted"
    PAIRING_ACTIVATED = "pairing_activated"
    PAIRING_DECLINED = "pairing_declined"
    PAIRING_PAUSED = "pairing_paused"
    PAIRING_RESUMED = "pairing_resumed"
    PAIRING_COMPLETED = "pairing_completed"
    PAIRING_ENDED = "pairing_ended"
    PAIRING_LAPSED = "pairing_lapsed"
    REQUEST_ASKED = "request_asked"
    REQUEST_DECLINED = "request_declined"
    REQUEST_EXPIRED = "request_expired"
    SESSION_SCHEDULED = "session_scheduled"
    SESSION_MOVED = "session_moved"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_HELD = "session_held"
    FEEDBACK_GIVEN = "feedback_given"
    RUN_COMPLETED = "run_completed"
    RUN_DRAFTED = "run_drafted"
    UNKNOWN = "unknown"


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in a person's inbox."""

    id: UUID
    organisation_id: UUID
    person_id: UUID  # whose inbox
    kind: NotificationKind
    title: str
    body: str
    about_type: str  # the topic of what it is about, "matching.pairing"
    about_id: UUID
    posted_at: Instant
    read_at: Instant | None = None
    other_id: UUID | None = None  # the person it speaks of, besides the reader


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """How a person wishes to be told; its `id` is the person's."""

    id: UUID
    organisation_id: UUID
    email: bool = True
    muted: list[NotificationKind] = []  # told in the inbox only
