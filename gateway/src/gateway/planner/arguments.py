"""The arguments of a field: as they are now, and as each later request has them."""

from collections.abc import Callable
from enum import Enum
from typing import Any
from uuid import UUID

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    VariableNode,
)
from graphql.execution.values import VariableValues, get_argument_values

from gateway.planner.errors import RequestError, refused
from gateway.planner.ids import read_global_id

Reader = Callable[[VariableValues], Any]


class Arguments:
    """While compiling, `now` may be asked only for what belongs to the variables' shape."""

    def __init__(self, definition: GraphQLField, node: FieldNode, values: VariableValues) -> None:
        self.definition = definition
        self.node = node
        self.now = argument_values(definition, node, values)

    def given(self, name: str) -> bool:
        """Whether the argument is there and not null."""
        return self.now.get(name) is not None

    def reader(self, name: str) -> Reader:
        """How a request's value of an argument that is given is found."""
        written = next(
            (each.value for each in self.node.arguments or () if each.name.value == name), None
        )
        constant = self.now[name]
        match written:
            case VariableNode():
                variable = written.name.value
                return lambda values: values.coerced.get(variable, constant)
            case ListValueNode() | ObjectValueNode():  # there may be variables within
                return lambda values: argument_values(self.definition, self.node, values)[name]
            case _:
                return lambda _: constant

    def word_reader(self, name: str) -> Reader:
        """The same, of an enum as the word that is stored."""
        read = self.reader(name)

        def word(values: VariableValues) -> Any:
            value = read(values)
            return value.value if isinstance(value, Enum) else value

        return word

    def id_reader(self, name: str, type_name: str) -> Callable[[VariableValues], UUID]:
        """The same, of a global id that must be one of a type."""
        read = self.reader(name)

        def uuid(values: VariableValues) -> UUID:
            text = read(values)
            known = read_global_id(text)
            if known is None or known[0] != type_name:
                message = f"`{name}` takes the id of a {type_name}, which {text!r} is not."
                raise refused("BAD_ID", message, [self.node])
            return known[1]

        return uuid

    def uuid_reader(self, name: str) -> Callable[[VariableValues], UUID | None]:
        """The same, of a plain UUID; None where it is none."""
        read = self.reader(name)

        def uuid(values: VariableValues) -> UUID | None:
            try:
                return UUID(read(values))
            except ValueError:
                return None

        return uuid

    def any_id_reader(self, name: str) -> Callable[[VariableValues], list[tuple[str, UUID]]]:
        """The same, of one global id of any type, or of a list of them, as types and UUIDs."""
        read = self.reader(name)

        def pairs(values: VariableValues) -> list[tuple[str, UUID]]:
            value = read(values)
            found: list[tuple[str, UUID]] = []
            for text in value if isinstance(value, list) else [value]:
                known = read_global_id(text)
                if known is None:
                    message = f"`{name}` takes global ids, and {text!r} never was one."
                    raise refused("BAD_ID", message, [self.node])
                found.append(known)
            return found

        return pairs


def argument_values(
    definition: GraphQLField, node: FieldNode, values: VariableValues
) -> dict[str, Any]:
    try:
        return get_argument_values(definition, node, values, hide_suggestions=True)
    except GraphQLError as error:  # null where the argument may not be
        raise RequestError("BAD_USER_INPUT", [error]) from None
