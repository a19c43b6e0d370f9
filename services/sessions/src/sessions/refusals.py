"""What sessions refuses, besides what every service does (not-found, not-allowed, invalid)."""

from chassis.refusals import Refusal


class PairingNotActive(Refusal, code="pairing-not-active"):
    """The pairing is proposed, paused or closed: nothing new is planned in it."""


class SessionsOverlap(Refusal, code="sessions-overlap"):
    """The two already meet at that time."""


class SessionClosed(Refusal, code="session-closed"):
    """The session was held, missed or cancelled, and stays so."""


class SessionBegun(Refusal, code="session-begun"):
    """The session has begun: it can be recorded, no longer moved or cancelled."""


class SessionNotBegun(Refusal, code="session-not-begun"):
    """The session is still to come: what became of it cannot be recorded yet."""


class SessionNotHeld(Refusal, code="session-not-held"):
    """Feedback is for sessions that were held."""


class FeedbackGiven(Refusal, code="feedback-given"):
    """The person has already said what they think of that session."""


class GoalClosed(Refusal, code="goal-closed"):
    """The goal was achieved or dropped, and stays so."""


class PersonErased(Refusal, code="person-erased"):
    """One of the two has been erased: nothing new can be planned with them or said of them."""
