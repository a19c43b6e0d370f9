"""What sessions keeps, and every question it asks of its database."""

from datetime import datetime
from uuid import UUID

from chassis.aggregates import Aggregates
from chassis.copies import Copies
from chassis.refusals import NotFound, NotYetKnown
from chassis.unit import Unit
from contracts.matching import PAIRING, Pairing
from contracts.sessions import FEEDBACK, GOAL, SESSION, Feedback, Goal, Session

sessions = Aggregates(SESSION, Session, table="sessions", called="session")
goals = Aggregates(GOAL, Goal, table="goals", called="goal")
feedback = Aggregates(FEEDBACK, Feedback, table="feedback", called="feedback")
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
