"""What sessions keeps, and every question it asks of its database."""

from datetime import datetime
from uuid import UUID

from chassis import graves
from chassis.aggregates import Aggregates
from chassis.copies import Copies
from chassis.refusals import NotFound, NotYetKnown
from chassis.unit import Unit
from contracts.erasure import ErasureDone
from contracts.matching import PAIRING, Pairing
from contracts.sessions import ERASURE, FEEDBACK, GOAL, SESSION, Feedback, Goal, Session
from sessions.refusals import PersonErased

sessions = Aggregates(SESSION, Session, table="sessions", called="session")
goals = Aggregates(GOAL, Goal, table="goals", called="goal")
feedback = Aggregates(FEEDBACK, Feedback, table="feedback", called="feedback")
erasures = Aggregates(ERASURE, ErasureDone, table="erasures", called="erasure")
pairings = Copies(PAIRING, Pairing, table="pairings")


async def lock_pairing(unit: Unit, pairing_id: UUID) -> Pairing:
    """A pairing, so that it neither closes nor gets another session until the unit ends.

    It is locked before any of its sessions, here as in the consumer. Raises NotYetKnown.
    """
    row = await unit.connection.fetchval(
        "select state from pairings where organisation_id = $1 and id = $2 for update",
        unit.organisation_id,
        pairing_id,
    )
    if row is None:
        raise NotYetKnown(f"There is no pairing {pairing_id}, or it is not known here yet.")
    return pairings.read(row)


async def lock_pairing_of(unit: Unit, session_id: UUID) -> Pairing:
    """The pairing of a session, locked as by `lock_pairing`. Raises NotFound."""
    session = await sessions.find(unit, session_id)
    if session is None:
        raise NotFound(f"There is no session {session_id}.")
    return await lock_pairing(unit, session.pairing_id)


async def scheduled(unit: Unit, pairing_id: UUID, *, after: datetime) -> list[Session]:
    """The pairing's scheduled sessions that end after a moment, locked until the unit ends."""
    rows = await unit.connection.fetch(
        """
        select state from sessions
        where organisation_id = $1 and pairing_id = $2 and status = 'scheduled' and ends_at > $3
        order by id for update
        """,
        unit.organisation_id,
        pairing_id,
        after,
    )
    return [sessions.read(row["state"]) for row in rows]


async def refuse_erased(unit: Unit, between: Pairing | Session) -> None:
    """Refuse what would be new about somebody who was erased.

    Raises PersonErased.
    """
    two = (between.mentor_id, between.mentee_id)
    if await graves.has_any(unit.connection, unit.organisation_id, two):
        raise PersonErased("One of the two has left for good: nothing new can be said of them.")


async def lock_sessions_of(unit: Unit, person_id: UUID) -> list[Session]:
    """A person's sessions on either side, locked after their pairings, as everywhere."""
    theirs = (unit.organisation_id, person_id)
    await unit.connection.execute(
        """
        select from pairings where organisation_id = $1 and (mentor_id = $2 or mentee_id = $2)
        order by id for update
        """,
        *theirs,
    )
    rows = await unit.connection.fetch(
        """
        select state from sessions where organisation_id = $1 and (mentor_id = $2 or mentee_id = $2)
        order by id for update
        """,
        *theirs,
    )
    return [sessions.read(row["state"]) for row in rows]


async def lock_feedback_by(unit: Unit, author_id: UUID) -> list[Feedback]:
    rows = await unit.connection.fetch(
        """
        select state from feedback where organisation_id = $1 and author_id = $2
        order by id for update
        """,
        unit.organisation_id,
        author_id,
    )
    return [feedback.read(row["state"]) for row in rows]


async def feedback_about(unit: Unit, person_id: UUID) -> list[UUID]:
    rows = await unit.connection.fetch(
        "select id from feedback where organisation_id = $1 and about_id = $2",
        unit.organisation_id,
        person_id,
    )
    return [row["id"] for row in rows]


async def goals_of(unit: Unit, person_id: UUID) -> list[UUID]:
    rows = await unit.connection.fetch(
        "select id from goals where organisation_id = $1 and person_id = $2",
        unit.organisation_id,
        person_id,
    )
    return [row["id"] for row in rows]
