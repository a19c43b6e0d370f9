"""A request's variables: coerced as the specification says, and what of them shapes the SQL."""

from collections.abc import Hashable, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    OperationDefinitionNode,
    get_variable_values,
    type_from_ast,
)
from graphql.execution.values import VariableValues

from gateway.planner.errors import RequestError, beyond, refused
from gateway.planner.ids import read_global_id
from gateway.planner.readmodel import ReadModel

MOST_ERRORS = 20
MOST_ITEMS = 500  # of a list
MOST_VALUES = 20_000  # in all variables together


def coerce(
    schema: GraphQLSchema, operation: OperationDefinitionNode, inputs: Mapping[str, Any]
) -> VariableValues:
    """Raises RequestError with what is wrong with each variable."""
    _require_bounded(inputs)
    for name, value in inputs.items():
        require_storable(value, f"the variable `{name}`")
    values = get_variable_values(
        schema,
        operation.variable_definitions or (),
        dict(inputs),
        max_errors=MOST_ERRORS,
        hide_suggestions=True,
    )
    if isinstance(values, list):
        raise RequestError("BAD_USER_INPUT", values)
    return values


def _require_bounded(inputs: Mapping[str, Any]) -> None:
    """Coercing takes 3 us for a value."""
    count = 0
    waiting: list[Any] = list(inputs.values())
    while waiting:
        value = waiting.pop()
        count += 1
        if count > MOST_VALUES:
            raise beyond("values in variables", None, MOST_VALUES, "send them in several requests")
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            if len(value) > MOST_ITEMS:
                raise beyond("items of a list", len(value), MOST_ITEMS, "send shorter lists")
            waiting += value


def require_storable(value: object, where: str) -> None:
    """Raises RequestError for text that PostgreSQL cannot hold: a NUL or half a surrogate pair."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                if "\x00" in text:
                    raise refused("BAD_TEXT", f"The text of {where} has the character NUL in it.")
                if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
                    raise refused(
                        "BAD_TEXT", f"The text of {where} has half a surrogate pair in it."
                    )
            case dict() as members:
                waiting += [*members, *members.values()]
            case list() as items:
                waiting += items
            case _:
                pass


def shape(
    model: ReadModel, operation: OperationDefinitionNode, values: Mapping[str, Any]
) -> Hashable:
    """What of the variables decides the statement's text: requests alike in it share a plan.

    Of one that is left out or null, that it is; of a condition, a choice and a global id's type,
    which.
    """

    def of(type_: GraphQLType | None, value: Any) -> Hashable:
        if value is None:
            return None
        match type_:
            case GraphQLNonNull():
                return of(type_.of_type, value)
            case GraphQLList():
                items = value if isinstance(value, list) else [value]
                return frozenset(of(type_.of_type, item) for item in items)
            case GraphQLInputObjectType():
                return tuple(
                    of(field.type, value.get(name)) for name, field in type_.fields.items()
                )
            case GraphQLEnumType() | GraphQLScalarType(name="Boolean"):
                return value
            case GraphQLScalarType(name="ID"):
                known = read_global_id(value)
                return known is not None and known[0] in model.tables and known[0]
            case _:
                return True

    shaped: list[Hashable] = []
    for each in operation.variable_definitions or ():
        name = each.variable.name.value
        type_ = type_from_ast(model.graphql, each.type)
        shaped.append((of(type_, values[name]),) if name in values else ())
    return tuple(shaped)
