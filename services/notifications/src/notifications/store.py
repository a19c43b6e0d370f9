"""What notifications keeps, and every question it asks of its database."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from chassis.aggregates import Aggregates
from chassis.copies import Copies
from chassis.refusals import NotFound, NotYetKnown
from chassis.unit import Unit
from contracts.erasure import ErasureDone
from contracts.matching import PROGRAMME, Programme
from contracts.notifications import (
    ERASURE,
    NOTIFICATION,
    PREFERENCES,
    Notification,
    Preferences,
)
from contracts.profiles import PERSON, Person
from contracts.sessions import SESSION, Session

notifications = Aggregates(NOTIFICATION, Notification, table="notifications", called="notification")
preferences = Aggregates(PREFERENCES, Preferences, table="preferences", called="preferences")
erasures = Aggregates(ERASURE, ErasureDone, table="erasures", called="erasure")
people = Copies(PERSON, Person, table="people")
programmes = Copies(PROGRAMME, Programme, table="programmes")
sessions = Copies(SESSION, Session, table="sessions")


async def preferences_of(unit: Unit, person_id: UUID) -> Preferences:
    """A person's preferences; the defaults for one who has set none."""
    kept = await preferences.find(unit, person_id)
    return kept or Preferences(id=person_id, organisation_id=unit.organisation_id)


async def lock_person(unit: Unit, person_id: UUID) -> None:
    """Let one unit at a time set a person's preferences, of which there may be none yet.

    Raises NotYetKnown.
    """
    known = await unit.connection.fetchval(
        "select true from people where organisation_id = $1 and id = $2 for update",
        unit.organisation_id,
        person_id,
    )
    if not known:
        raise NotYetKnown(f"There is no person {person_id}, or they are not known here yet.")


async def not_posted(unit: Unit, drafts: Sequence[Notification]) -> list[Notification]:
    """The notifications that are not in their inboxes yet."""
    rows = await unit.connection.fetch(
        "select id from notifications where organisation_id = $1 and id = any($2)",
        unit.organisation_id,
        [draft.id for draft in drafts],
    )
    posted = {row["id"] for row in rows}
    return [draft for draft in drafts if draft.id not in posted]


async def locked(unit: Unit, ids: Sequence[UUID]) -> list[Notification]:
    """The notifications with these ids, locked until the unit ends.

    Raises NotFound where one is missing.
    """
    rows = await unit.connection.fetch(
        """
        select state from notifications where organisation_id = $1 and id = any($2)
        order by id for update
        """,
        unit.organisation_id,
        ids,
    )
    found = [notifications.read(row["state"]) for row in rows]
    if missing := set(ids) - {each.id for each in found}:
        raise NotFound(f"There is no notification {min(missing)} in your inbox.")
    return found


async def erased_among(unit: Unit, person_ids: Collection[UUID]) -> set[UUID]:
    """Which of the people were erased."""
    rows = await unit.connection.fetch(
        """
        select subject from cairn.graves
        where organisation_id = $1 and subject = any($2::uuid[]) and topic = $3
        """,
        unit.organisation_id,
        list(person_ids),
        PERSON,
    )
    return {row["subject"] for row in rows}


async def inbox_of(unit: Unit, person_id: UUID) -> list[UUID]:
    rows = await unit.connection.fetch(
        "select id from notifications where organisation_id = $1 and person_id = $2",
        unit.organisation_id,
        person_id,
    )
    return [row["id"] for row in rows]


async def lock_those_about(unit: Unit, person_id: UUID) -> list[Notification]:
    """The notifications in others' inboxes that speak of a person."""
    rows = await unit.connection.fetch(
        """
        select state from notifications where organisation_id = $1 and other_id = $2
        order by id for update
        """,
        unit.organisation_id,
        person_id,
    )
    return [notifications.read(row["state"]) for row in rows]


async def invitations_with(unit: Unit, person_id: UUID) -> dict[UUID, Session]:
    """The invitations to sessions with a person, in deliveries to others, by delivery."""
    rows = await unit.connection.fetch(
        """
        select id, payload -> 'invitation' as invitation from cairn.deliveries
        where organisation_id = $1
            and $2::text in (payload #>> '{invitation,mentor_id}',
                             payload #>> '{invitation,mentee_id}')
        for update
        """,
        unit.organisation_id,
        str(person_id),
    )
    return {row["id"]: sessions.read(row["invitation"]) for row in rows}


async def replace_invitations(unit: Unit, invitations: Mapping[UUID, Session]) -> None:
    await unit.connection.execute(
        """
        update cairn.deliveries as delivery
        set payload = jsonb_set(payload, '{invitation}', new.invitation)
        from unnest($2::uuid[], $3::jsonb[]) as new (id, invitation)
        where delivery.organisation_id = $1 and delivery.id = new.id
        """,
        unit.organisation_id,
        list(invitations.keys()),
        [msgspec.json.encode(each) for each in invitations.values()],
    )
