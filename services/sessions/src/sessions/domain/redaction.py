"""What is left of what two people share when one of them is erased: that it was, and when."""

from msgspec.structs import replace

from contracts.sessions import Feedback, Session
from sessions.domain.session import WHY_CANCELLED

TOPIC = "Erased"  # every session has one


def session(session: Session) -> Session:
    """The session without what the two wrote of it."""
    ours = session.closing_reason in WHY_CANCELLED.values()
    reason = session.closing_reason if ours else ""
    return replace(session, topic=TOPIC, place="", closing_reason=reason)


def feedback(feedback: Feedback) -> Feedback:
    """The rating, which belongs to whom it is about, without the words of who gave it."""
    return replace(feedback, comment="")
