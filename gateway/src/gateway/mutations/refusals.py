"""What a mutation answers where the command was not carried out, or where that is not known."""

import strawberry


@strawberry.interface(description="Why there is no result. Codes never change; show the message.")
class Refusal:
    code: str = strawberry.field(description="For programs: `pairing-not-open`, for example.")
    message: str = strawberry.field(description="For people: what is wrong, and what to do.")


@strawberry.type(description="The rules do not allow it. Nothing was changed.")
class Refused(Refusal):
    path: str | None = strawberry.field(
        description="Where in the input it is wrong, such as `input.startsAt`; null: nowhere alone."
    )


@strawberry.type(description="It could not be taken now. Ask again later, with the same key.")
class Busy(Refusal):
    retry_after: int = strawberry.field(description="Seconds to wait before asking again.")
    idempotency_key: str = strawberry.field(description="The key to ask again with.")


@strawberry.type(
    description="No answer came in time, so it may have been done or not. Ask again with the same "
    "key: it is done once at most, and the answer tells what became of it."
)
class OutcomeUnknown(Refusal):
    idempotency_key: str = strawberry.field(description="The key to ask again with.")
