"""A request's variables: coerced as the specification says, and what of them shapes the SQL."""

from collections.abc import Container, Hashable, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    OperationDefinitionNode,
    get_variable_values,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource

from gateway.planner.errors import RequestError, beyond, refused
from gateway.planner.ids import read_global_id

MOST_ERRORS = 20
MOST_ITEMS = 500  # of a list
MOST_VALUES = 20_000  # in all variables together


class Variables:
    """What an operation declares, each type looked up once."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._signatures = {
            signature.name: signature
            for each in self._definitions
            if not isinstance(signature := get_variable_signature(schema, each), GraphQLError)
        }
        self._as_they_are = {name: _as_it_is(each.type) for name, each in self._signatures.items()}

    def coerce(self, inputs: Mapping[str, Any]) -> VariableValues:
        """Raises RequestError with what is wrong with each variable."""
        _require_bounded(inputs)
        for name, value in inputs.items():
            require_storable(value, f"the variable `{name}`")
        if self._are_coerced(inputs):
            sources = {
                name: VariableValueSource(signature, inputs[name])
                for name, signature in self._signatures.items()
            }
            return VariableValues(sources, dict(inputs))
        values = get_variable_values(
            self._schema,
            self._definitions,
            dict(inputs),
            max_errors=MOST_ERRORS,
            hide_suggestions=True,
        )
        if isinstance(values, list):
            raise RequestError("BAD_USER_INPUT", values)
        return values

    def _are_coerced(self, inputs: Mapping[str, Any]) -> bool:
        """Whether all variables are given, by values that are their own coerced values."""
        return inputs.keys() == self._as_they_are.keys() and all(
            type(value) is self._as_they_are[name] for name, value in inputs.items()
        )

    def shape(self, tables: Container[str], values: Mapping[str, Any]) -> Hashable:
        """What of the variables decides the statement's text: requests alike in it share a plan.

        Of one that is left out or null, that it is; of a condition, a choice and a global id's
        type, which.
        """
        return tuple(
            (_shape(tables, each.type, values[name]),) if name in values else ()
            for name, each in self._signatures.items()
        )


def _as_it_is(type_: GraphQLType) -> type | None:
    """The Python type whose every value is coerced to itself; None where it is not so simple."""
    match type_.of_type if isinstance(type_, GraphQLNonNull) else type_:
        case GraphQLScalarType(name="ID" | "String"):
            return str
        case GraphQLScalarType(name="Boolean"):
            return bool
        case _:
            return None


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


def _shape(tables: Container[str], type_: GraphQLType, value: Any) -> Hashable:
    if value is None:
        return None
    match type_:
        case GraphQLNonNull():
            return _shape(tables, type_.of_type, value)
        case GraphQLList():
            items = value if isinstance(value, list) else [value]
            return frozenset(_shape(tables, type_.of_type, item) for item in items)
        case GraphQLInputObjectType():
            return tuple(
                _shape(tables, field.type, value.get(name)) for name, field in type_.fields.items()
            )
        case GraphQLEnumType() | GraphQLScalarType(name="Boolean"):
            return value
        case GraphQLScalarType(name="ID"):
            known = read_global_id(value)
            return known is not None and known[0] in tables and known[0]
        case _:
            return True
