"""What each of the two may say of a session, once."""

from datetime import datetime
from uuid import UUID

from chassis.ids import derived_id
from contracts.sessions import Feedback, Session, SessionStatus
from sessions.domain.pairing import refuse_strangers
from sessions.refusals import SessionNotHeld


def feedback_id(session_id: UUID, author_id: UUID) -> UUID:
    """The one feedback that this author may give on this session."""
    return derived_id("feedback", session_id, author_id)


def give(session: Session, *, by: UUID, rating: int, comment: str, now: datetime) -> Feedback:
    """`rating` is 1 to 5."""
    refuse_strangers(session, by)
    if session.status is not SessionStatus.HELD:
        raise SessionNotHeld(
            f"Session {session.id} is {session.status}; feedback is for sessions that were held."
        )
    return Feedback(
        id=feedback_id(session.id, by),
        organisation_id=session.organisation_id,
        session_id=session.id,
        pairing_id=session.pairing_id,
        author_id=by,
        about_id=session.mentee_id if by == session.mentor_id else session.mentor_id,
        rating=rating,
        comment=comment.strip(),
        given_at=now,
    )
