"""Sessions, goals and feedback: what can be asked of the service sessions."""

from datetime import date, datetime
from enum import StrEnum

import strawberry

from contracts.sessions import FEEDBACK, GOAL, SESSION
from gateway.mutations.declaring import (
    Mutation,
    Shown,
    clearable,
    given_as,
    id_of,
    needed,
    optional,
    optional_id_of,
    the,
)
from gateway.schema import links


@strawberry.enum(description="What became of a session whose time has come.")
class SessionOutcome(StrEnum):
    HELD = "held"
    MISSED = "missed"


@strawberry.input
class BookSessionInput:
    pairing_id: strawberry.ID = id_of("Pairing", "The pairing whose two meet.")
    topic: str = needed("What it is about.")
    starts_at: datetime = needed("When it begins.")
    ends_at: datetime = needed("When it ends.")
    place: str | None = optional("A room or a link.")


@strawberry.input(description="What is left out stays as it is.")
class MoveSessionInput:
    session_id: strawberry.ID = id_of("Session", "The session.")
    starts_at: datetime = needed("When it begins now.")
    ends_at: datetime = needed("When it ends now.")
    place: str | None = optional("A room or a link.")


@strawberry.input
class CancelSessionInput:
    session_id: strawberry.ID = id_of("Session", "The session.")
    reason: str | None = optional("Why.")


@strawberry.input
class RecordSessionInput:
    session_id: strawberry.ID = id_of("Session", "The session.")
    outcome: SessionOutcome = needed("What became of it.")
    reason: str | None = optional("Why it was missed.")


@strawberry.input
class GiveFeedbackInput:
    session_id: strawberry.ID = id_of("Session", "A session that was held.")
    rating: int = needed("1 to 5, 5 the best.")
    comment: str | None = optional("In words; both may read it.")


@strawberry.input
class SetGoalInput:
    title: str = needed("What is to be reached.")
    description: str | None = optional("More on it.")
    skill: str | None = optional("The skill it is about.")
    due_on: date | None = optional("When it should be reached.")
    pairing_id: strawberry.ID | None = optional_id_of("Pairing", "Where it is worked on.")


@strawberry.input(description="What is left out stays as it is.")
class UpdateGoalInput:
    goal_id: strawberry.ID = id_of("Goal", "The goal.")
    progress: int | None = optional("How far it has come, per cent.")
    title: str | None = optional("What is to be reached.")
    description: str | None = optional("More on it.")
    due_on: date | None = clearable("When it should be reached.")


@strawberry.input
class AchieveGoalInput:
    goal_id: strawberry.ID = id_of("Goal", "The goal.")


@strawberry.input
class DropGoalInput:
    goal_id: strawberry.ID = id_of("Goal", "The goal.")


THE_SESSION = {"session": the(SESSION, links.Session, "The session.", given_as("session_id"))}
THE_GOAL = {"goal": the(GOAL, links.Goal, "The goal.", given_as("goal_id"))}
THE_FEEDBACK = {"feedback": the(FEEDBACK, links.Feedback, "The feedback.")}


def _of(command: str, input_: type, description: str, payload: dict[str, Shown]) -> Mutation:
    return Mutation(
        command=command, service="sessions", input=input_, description=description, payload=payload
    )


MUTATIONS = (
    _of(
        "book-session",
        BookSessionInput,
        "Plan a meeting of an active pairing. For the two.",
        THE_SESSION,
    ),
    _of(
        "move-session",
        MoveSessionInput,
        "Move a session that lies ahead. For the two.",
        THE_SESSION,
    ),
    _of(
        "cancel-session",
        CancelSessionInput,
        "Cancel a session that lies ahead. For the two.",
        THE_SESSION,
    ),
    _of(
        "record-session",
        RecordSessionInput,
        "Say what became of a session that has begun. For the two.",
        THE_SESSION,
    ),
    _of(
        "give-feedback",
        GiveFeedbackInput,
        "Say how a session was. For the two, once each.",
        THE_FEEDBACK,
    ),
    _of("set-goal", SetGoalInput, "Set oneself a goal.", THE_GOAL),
    _of("update-goal", UpdateGoalInput, "Change one's goal, or say how far it is.", THE_GOAL),
    _of("achieve-goal", AchieveGoalInput, "Say that one's goal is reached.", THE_GOAL),
    _of("drop-goal", DropGoalInput, "Give up one's goal.", THE_GOAL),
)
