"""What a person does with their inbox and their preferences."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from chassis.refusals import NotFound
from contracts.notifications import Notification, NotificationKind, Preferences


def read(notification: Notification, *, by: UUID, now: datetime) -> Notification:
    """The notification as read, unchanged where it was before.

    Raises NotFound for one in another person's inbox.
    """
    if notification.person_id != by:
        raise NotFound(f"There is no notification {notification.id} in your inbox.")
    return notification if notification.read_at else replace(notification, read_at=now)


def change(
    preferences: Preferences, *, email: bool | None, muted: Sequence[NotificationKind] | None
) -> Preferences:
    return replace(
        preferences,
        email=preferences.email if email is None else email,
        muted=preferences.muted if muted is None else sorted(set(muted)),
    )
