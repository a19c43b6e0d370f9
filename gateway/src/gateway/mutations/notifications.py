"""The inbox and how one wishes to be told: what can be asked of the service notifications."""

import strawberry

from contracts.notifications import PREFERENCES, NotificationKind
from gateway.mutations.declaring import Mutation, id_of, named, optional, the
from gateway.schema import links


@strawberry.input
class MarkReadInput:
    notification_ids: list[strawberry.ID] = id_of("Notification", "1 to 100 of one's own.")


@strawberry.input(description="What is left out stays as it is.")
class SetPreferencesInput:
    email: bool | None = optional("Whether mail is sent too.")
    muted: list[NotificationKind] | None = optional("What is told in the inbox only.")


MUTATIONS = (
    Mutation(
        command="mark-read",
        service="notifications",
        input=MarkReadInput,
        description="Say that notifications were read.",
        payload={
            "notifications": named("notification_ids", links.Notification, "Those notifications.")
        },
    ),
    Mutation(
        command="set-preferences",
        service="notifications",
        input=SetPreferencesInput,
        description="Say how one wishes to be told of things.",
        payload={
            "preferences": the(
                PREFERENCES,
                links.Preferences,
                "How one is told now.",
                lambda _, caller: caller.person_id,
            )
        },
    ),
)
