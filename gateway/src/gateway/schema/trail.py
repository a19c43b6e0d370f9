"""The trail of events: what caused what, never what anything says."""

from datetime import datetime

import strawberry

from gateway.schema.fields import field


@strawberry.type(description="That something happened: what is said around it, not what it says.")
class TrailEvent:
    id: strawberry.ID = field("The event's own id, a UUIDv7.")
    type: str = field("What happened: `matching.pairing.accepted`, for example.")
    source: str = field("The service that published it.")
    subject: strawberry.ID = field("What it happened to, a UUID.")
    version: int = field("The subject's version after it: 1, 2, 3 and so on.")
    time: datetime = field("When it was decided.")
    actor: str = field("Who did it: a person's UUID, `service:…`, or `subject:…` of a token.")
    causation_id: strawberry.ID = field("The event or the command that made this one, a UUID.")
    correlation_id: strawberry.ID = field(
        "The request that began it all, a UUID; the `x-request-id` of the answer to it."
    )
