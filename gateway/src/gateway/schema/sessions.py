"""The relationship: sessions, goals and feedback."""

from datetime import date, datetime

from contracts.sessions import GoalStatus, SessionStatus
from gateway.schema import links, orders, visibility
from gateway.schema.connections import Connection, Node
from gateway.schema.fields import field, many, one, read_from


@read_from(
    "sessions",
    sees=visibility.SESSIONS,
    description="A meeting of a pairing; for the two.",
)
class Session(Node):
    pairing: links.Pairing | None = one("The pairing.", "{row}.id = {parent}.pairing_id")
    mentor: links.Person | None = one("The mentor.", "{row}.id = {parent}.mentor_id")
    mentee: links.Person | None = one("The mentee.", "{row}.id = {parent}.mentee_id")
    topic: str = field("What it is about.")
    starts_at: datetime = field("When it begins.")
    ends_at: datetime = field("When it ends.")
    place: str = field("A room or a link; empty where none was given.")
    status: SessionStatus = field("What became of it.")
    booked_by: links.Person | None = one("Who booked it.", "{row}.id = {parent}.booked_by")
    uid: str = field("Its UID in calendars (RFC 5545).")
    sequence: int = field("Its SEQUENCE in calendars: how often it was changed.")
    closing_reason: str = field("Why it was missed or cancelled; empty where nobody said.")
    feedback: Connection[links.Feedback] = many(
        "What the two said of it, the earliest first.",
        "{row}.session_id = {parent}.id",
        order=("given_at",),
        orders=orders.FEEDBACK,
    )


@read_from(
    "goals",
    sees=visibility.GOALS,
    description="What a person wants to reach; for them and the mentors of their active pairings.",
)
class Goal(Node):
    person: links.Person | None = one("Whose goal it is.", "{row}.id = {parent}.person_id")
    pairing: links.Pairing | None = one(
        "Where it is worked on; null: nowhere yet.", "{row}.id = {parent}.pairing_id"
    )
    title: str = field("What is to be reached.")
    description: str = field("More on it; empty where there is none.")
    skill: str = field("The skill it is about; empty where it is about none.")
    status: GoalStatus = field("Whether it is still worked for.")
    progress: int = field("How far it has come, per cent.")
    due_on: date | None = field("When it should be reached.")
    set_at: datetime = field("When it was set.")


@read_from(
    "feedback",
    sees=visibility.FEEDBACK,
    description="What one of the two says of a session that was held; for the two.",
)
class Feedback(Node):
    session: links.Session | None = one("The session.", "{row}.id = {parent}.session_id")
    pairing: links.Pairing | None = one("The pairing.", "{row}.id = {parent}.pairing_id")
    author: links.Person | None = one("Who says it.", "{row}.id = {parent}.author_id")
    about: links.Person | None = one("The other of the two.", "{row}.id = {parent}.about_id")
    rating: int = field("1 to 5, 5 the best.")
    comment: str = field("In words; empty where there are none.")
    given_at: datetime = field("When it was given.")
