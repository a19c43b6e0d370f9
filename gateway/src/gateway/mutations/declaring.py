"""How a mutation is declared: its command, its input, and what its payload shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from chassis.identity import Caller
from gateway.commands import Done

ID_OF = "id-of"  # in a field's metadata: the type whose global ids it takes
CLEARS = "clears"  # in a field's metadata: a null is an order, not an absence

Body = Mapping[str, Any]
Fallback = Callable[[Body, Caller], UUID | None]


def needed(description: str) -> Any:
    """An input field that must be given."""
    return strawberry.field(description=description)


def optional(description: str) -> Any:
    """An input field that may be left out; null is the same as leaving it out."""
    return strawberry.field(description=description, default=strawberry.UNSET)


def clearable(description: str) -> Any:
    """An input field that may be left out, and whose null takes the value away."""
    return strawberry.field(
        description=f"{description} Null takes it away.",
        default=strawberry.UNSET,
        metadata={CLEARS: True},
    )


def id_of(type_name: str, description: str) -> Any:
    """A global id, or a list of them."""
    return strawberry.field(description=description, metadata={ID_OF: type_name})


def optional_id_of(type_name: str, description: str) -> Any:
    return strawberry.field(
        description=description, default=strawberry.UNSET, metadata={ID_OF: type_name}
    )


@dataclass(frozen=True)
class Shown:
    """A field of a payload: what it is made of, once the command was carried out."""

    annotation: Any
    description: str
    value: Callable[[Done, Body, Caller], object]


def the(topic: str, annotation: Any, description: str, otherwise: Fallback | None = None) -> Shown:
    """The aggregate that the command wrote; `otherwise` names it where nothing had to change."""

    def value(done: Done, body: Body, caller: Caller) -> UUID | None:
        for written in done.written:
            if written.aggregate == topic:
                return written.id
        return otherwise(body, caller) if otherwise else None

    return Shown(annotation | None, description, value)


def given_as(name: str) -> Fallback:
    """The aggregate that the input names."""
    return lambda body, _: body.get(name)


def returned(name: str, annotation: Any, description: str) -> Shown:
    """The aggregate that the service's result names, whether or not it had to be written."""
    return Shown(annotation | None, description, lambda done, *_: UUID((done.result or {})[name]))


def named(name: str, annotation: Any, description: str) -> Shown:
    """A list of the aggregates that the input names, null where they cannot be seen."""
    return Shown(list[annotation | None], description, lambda _, body, __: body.get(name))


def counted(name: str, description: str) -> Shown:
    """How many, as the service's result says."""
    return Shown(int, description, lambda done, _, __: (done.result or {}).get(name, 0))


def problems(name: str, annotation: Any, description: str) -> Shown:
    """What the service's result says of single rows, with fields as the input calls them."""

    def value(done: Done, _: Body, __: Caller) -> list[dict[str, Any]]:
        rows = (done.result or {}).get(name, ())
        return [{**row, "field": to_camel_case(row["field"])} for row in rows]

    return Shown(list[annotation], description, value)


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """A mutation is one command of one service. Its names in the schema follow the command's."""

    command: str
    service: str
    input: type
    description: str
    payload: Mapping[str, Shown] = field(default_factory=dict[str, Shown])

    @property
    def type_name(self) -> str:
        return "".join(word.title() for word in self.command.split("-"))

    @property
    def name(self) -> str:
        return self.type_name[0].lower() + self.type_name[1:]
