"""What a person is told, and how they wish to be told."""

from datetime import datetime
from typing import Annotated

import strawberry

from contracts import matching, sessions
from contracts.notifications import NotificationKind
from gateway.schema import links, visibility
from gateway.schema.connections import Node
from gateway.schema.fields import field, one, one_of, read_from

Subject = Annotated[
    links.Pairing | links.MentorRequest | links.Session | links.Feedback | links.MatchingRun,
    strawberry.union("NotificationSubject", description="What a notification can be about."),
]


@read_from(
    "notifications",
    sees=visibility.NOTIFICATIONS,
    description="An entry in a person's inbox; for them alone.",
)
class Notification(Node):
    person: links.Person | None = one("Whose inbox it is in.", "{row}.id = {parent}.person_id")
    kind: NotificationKind = field("What it tells of.")
    title: str = field("The headline.")
    body: str = field("The text.")
    about: Subject | None = one_of(
        "What it is about; null where that is on its way, gone, or not theirs to see.",
        tag="{parent}.about_type",
        on="{row}.id = {parent}.about_id",
        types={
            matching.PAIRING: "Pairing",
            matching.REQUEST: "MentorRequest",
            sessions.SESSION: "Session",
            sessions.FEEDBACK: "Feedback",
            matching.MATCHING_RUN: "MatchingRun",
        },
    )
    posted_at: datetime = field("When it was posted.")
    read_at: datetime | None = field("When it was read; null: not yet.")


@read_from(
    "preferences",
    sees=visibility.PREFERENCES,
    description="How a person wishes to be told of things; for them alone.",
)
class Preferences(Node):
    email: bool = field("Whether they want e-mail besides the inbox.")
    muted: list[NotificationKind] = field("What they are told of in the inbox only.")
