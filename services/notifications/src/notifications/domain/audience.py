"""Who hears of a change, and how."""

from typing import Any
from uuid import UUID

from chassis.events import Event
from contracts.notifications import NotificationKind, Preferences
from notifications.texts import STORIES, Who


def is_told(event: Event[Any], person: UUID) -> bool:
    """Whether one of the people concerned hears of it at all."""
    return _is_among(STORIES[event.type].told, person, event)


def is_mailed(event: Event[Any], person: UUID, preferences: Preferences) -> bool:
    """Whether a person who is told hears of it by e-mail too."""
    story = STORIES[event.type]
    return _is_among(story.mailed, person, event) and wants_mail(preferences, story.kind)


def wants_mail(preferences: Preferences, kind: NotificationKind) -> bool:
    return preferences.email and kind not in preferences.muted


def _is_among(who: Who, person: UUID, event: Event[Any]) -> bool:
    return who is Who.ALL or str(person) != event.envelope.actor
