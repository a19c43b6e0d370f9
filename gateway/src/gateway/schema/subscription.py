"""What can be followed: how it stands now, and again after every change."""

import strawberry

from gateway.schema import links
from gateway.schema.connections import Connection
from gateway.schema.fields import many, one
from gateway.schema.filters import PAIRING, SESSION, UNREAD


@strawberry.type(
    description="What can be followed. Each answers at once with how things stand, and again when "
    "that has changed; of changes that come close together, the last. A field with an id follows "
    "that thing and what belongs to it, one without follows what is the viewer's own."
)
class Subscription:
    inbox: Connection[links.Notification] = many(
        "The viewer's notifications, the latest first.",
        "{row}.person_id = {viewer}.person_id",
        UNREAD,
        order=("posted_at",),
        descending=True,
    )
    pairing: links.Pairing | None = one(
        "The pairing with this id, with its sessions, goals and feedback; null while there is none "
        "that the viewer may see.",
        "true",
        PAIRING,
    )
    session: links.Session | None = one(
        "The session with this id, with its feedback; null while there is none that the viewer may "
        "see.",
        "true",
        SESSION,
    )
    home: links.Person | None = one(
        "The viewer, with their pairings, sessions, goals, enrolments, feedback, notifications and "
        "preferences; null while their profile is on its way, or where they have none.",
        "{row}.id = {viewer}.person_id",
    )
