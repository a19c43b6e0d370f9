"""The commands of notifications, each next to its handler."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from chassis.commands import Commands
from chassis.refusals import Invalid, NotAllowed
from chassis.unit import Unit
from contracts.notifications import NotificationChange, NotificationKind, PreferencesChange
from notifications import store
from notifications.domain import inbox

commands = Commands()


class MarkRead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mark notifications of one's own inbox as read; all of them or, where one is not, none."""

    notification_ids: Annotated[list[UUID], Meta(min_length=1, max_length=100)]


@commands.handles("mark-read")
async def mark_read(command: MarkRead, unit: Unit) -> None:
    reader = caller(unit)
    kept = await store.locked(unit, command.notification_ids)
    read = [inbox.read(each, by=reader, now=unit.now) for each in kept]
    changed = [after for before, after in zip(kept, read, strict=True) if after != before]
    await store.notifications.save_all(unit, changed, NotificationChange.READ)


class SetPreferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Choose what reaches one by e-mail; what is left out stays as it is."""

    email: bool | None = None
    muted: list[NotificationKind] | None = None  # told in the inbox only


@commands.handles("set-preferences")
async def set_preferences(command: SetPreferences, unit: Unit) -> None:
    if NotificationKind.UNKNOWN in (command.muted or ()):
        known = ", ".join(kind for kind in NotificationKind if kind != NotificationKind.UNKNOWN)
        raise Invalid(f"muted has a kind that does not exist; there are {known}.")
    person = caller(unit)
    await store.lock_person(unit, person)
    kept = await store.preferences.find(unit, person)
    wished = inbox.change(
        await store.preferences_of(unit, person), email=command.email, muted=command.muted
    )
    if kept is None:
        await store.preferences.create(unit, wished, PreferencesChange.CHANGED)
    elif wished != kept:
        await store.preferences.save(unit, wished, PreferencesChange.CHANGED)


def caller(unit: Unit) -> UUID:
    """The person who calls.

    Raises NotAllowed for a caller who is nobody of the organisation's people.
    """
    if unit.caller is None or unit.caller.person_id is None:
        raise NotAllowed("Only a person of the organisation has an inbox.")
    return unit.caller.person_id
