"""The type `Mutation`, made from the table of mutations."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Union

import strawberry

from gateway.mutations.declaring import Mutation, Shown
from gateway.mutations.refusals import Busy, OutcomeUnknown, Refused
from gateway.schema.fields import declared

INPUT = "input"
KEY = "idempotencyKey"
CURRENT = "current"

KEY_DESCRIPTION = (
    "1 to 200 printable ASCII characters of the client's choosing. A mutation that is sent again "
    "with the same key and input is done once, and answered as the first time; without a key, each "
    "is another one."
)
CURRENT_DESCRIPTION = (
    "Whether what was read above shows what was done. False, rarely: it was done, and the read "
    "model was more than two seconds behind; ask again in a moment."
)


def mutation_type(mutations: Iterable[Mutation]) -> type:
    """The root type, with a field for each mutation."""
    fields = {mutation.name: _field(mutation) for mutation in mutations}
    annotations = {mutation.name: _result(mutation) | None for mutation in mutations}
    root = type("Mutation", (), {**fields, "__annotations__": annotations, "__module__": __name__})
    return strawberry.type(
        root,
        description="What can be done. What the rules refuse is an answer, not an error; a field "
        "is null only beside an error that says why.",
    )


def _field(mutation: Mutation) -> Any:
    _describe(mutation.input, f"What `{mutation.name}` is about.")
    field = strawberry.field(description=mutation.description)
    field.arguments = [
        declared(INPUT, mutation.input, "What it is about."),
        declared("idempotency_key", str | None, KEY_DESCRIPTION),
    ]
    return field


def _describe(input_type: Any, description: str) -> None:
    definition = input_type.__strawberry_definition__
    definition.description = definition.description or description


def _result(mutation: Mutation) -> Any:
    name = mutation.type_name
    union = strawberry.union(
        f"{name}Result", description=f"What becomes of `{mutation.name}`: done, or why not."
    )
    return Annotated[Union[_payload(mutation), Refused, Busy, OutcomeUnknown], union]  # noqa: UP007


def _payload(mutation: Mutation) -> type:
    current = Shown(bool, CURRENT_DESCRIPTION, lambda *_: None)
    shown: Mapping[str, Shown] = {**mutation.payload, CURRENT: current}
    fields = {name: strawberry.field(description=each.description) for name, each in shown.items()}
    annotations = {name: each.annotation for name, each in shown.items()}
    payload = type(
        f"{mutation.type_name}Payload",
        (),
        {**fields, "__annotations__": annotations, "__module__": __name__},
    )
    return strawberry.type(payload, description=f"What `{mutation.name}` did.")
