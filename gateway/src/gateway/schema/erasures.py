"""Erasures: who is to be forgotten, how far that has come, and the receipt."""

from datetime import datetime

import strawberry

from gateway.planner.model import Computed
from gateway.schema import links, visibility
from gateway.schema.connections import Node
from gateway.schema.fields import field, one, read_from


@strawberry.type(description="What one service has done of an erasure.")
class ErasureStep:
    service: str = field("The service.")
    done_at: datetime | None = field("When it had forgotten the person; null: not yet.")
    erased: int = field("How many things of the person's own are gone.")
    redacted: int = field("How many things that others need too have lost the person's words.")


@read_from(
    "erasures",
    sees=visibility.ADMINISTRATORS,
    description="That a person is to be forgotten; once it is complete, the receipt. For "
    "administrators.",
)
class Erasure(Node):
    person_id: strawberry.ID = field("The UUID that the person had; it leads to nobody any more.")
    requested_by: links.Person | None = one(
        "Who asked for it; null where they are not in the network.",
        "{row}.id = {parent}.requested_by",
    )
    requested_at: datetime = field("When it was asked for.")
    promised_by: datetime = field("By when every service is to have done it, as promised.")
    due_by: datetime = field("By when the law wants it done.")
    overdue: bool = field(
        "Whether a service has not done it in the time that was promised.",
        Computed("{row}.completed_at is null and {row}.promised_by < now()"),
    )
    steps: list[ErasureStep] = field("What each service has done.")
    completed_at: datetime | None = field("When every service had done it; null: not yet.")
    log_clear_by: datetime | None = field(
        "By when the event log has let go of the person too; null until it is complete."
    )
