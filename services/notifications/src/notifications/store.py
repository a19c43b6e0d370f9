"""What notifications keeps, and every question it asks of its database."""

from collections.abc import Sequence
from uuid import UUID

from chassis.aggregates import Aggregates
from chassis.copies import Copies
from chassis.refusals import NotFound, NotYetKnown
from chassis.unit import Unit
from contracts.matching import PROGRAMME, Programme
from contracts.notifications import NOTIFICATION, PREFERENCES, Notification, Preferences
from contracts.profiles import PERSON, Person
from contracts.sessions import SESSION, Session

notifications = Aggregates(NOTIFICATION, Notification, table="notifications", called="notification")
preferences = Aggregates(PREFERENCES, Preferences, table="preferences", called="preferences")
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
