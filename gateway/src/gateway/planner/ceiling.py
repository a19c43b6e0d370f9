"""The most that an operation can cost, whatever values its variables take."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    type_from_ast,
)

from gateway.planner.byid import MOST_IDS
from gateway.planner.documents import Document
from gateway.planner.errors import RequestError
from gateway.planner.ids import global_id
from gateway.planner.paging import MOST
from gateway.planner.readmodel import ReadModel
from gateway.planner.statements import compile_statement
from gateway.planner.variables import MOST_ITEMS

_SCALARS = {
    "Float": 1.0,
    "String": "",
    "Cursor": "",
    "Date": "2026-01-01",
    "Time": "09:30:00",
    "DateTime": "2026-01-01T00:00:00Z",
}


def ceiling(model: ReadModel, document: Document, operation: OperationDefinitionNode) -> int:
    """In points. Raises RequestError for an operation that is refused whatever they are, or that
    is too large where they are large.
    """
    costs: list[int] = []
    problem: RequestError | None = None
    for values in _possible(model, operation):
        try:
            coerced = document.variables(model.graphql, operation).coerce(values)
            statement = compile_statement(model, document, operation, coerced)
            costs.append(statement.points(coerced, statement.cost.rows(coerced)))
        except RequestError as error:
            if error.code == "TOO_LARGE":
                raise
            problem = problem or error
    if problem and not costs:
        raise problem
    return max(costs)


@dataclass(frozen=True)
class _Choice:
    """What decides the cost besides the document."""

    left_out: frozenset[str]  # variables: one that goes with another's absence, such as `last`
    flag: bool  # what conditions are
    type_name: str  # that global ids are of


def _possible(model: ReadModel, operation: OperationDefinitionNode) -> Iterator[dict[str, Any]]:
    """Values of all variables, as large as they may be, in every way that may matter."""
    seen: list[dict[str, Any]] = []
    names = [each.variable.name.value for each in operation.variable_definitions or ()]
    absent = [frozenset[str](), *(frozenset({name}) for name in names), frozenset(names)]
    for choice in product(absent, (True, False), model.tables):
        values = dict(_values(model, operation, _Choice(*choice)))
        if values not in seen:
            seen.append(values)
            yield values


def _values(
    model: ReadModel, operation: OperationDefinitionNode, choice: _Choice
) -> Iterator[tuple[str, Any]]:
    for variable in operation.variable_definitions or ():
        name, type_ = variable.variable.name.value, type_from_ast(model.graphql, variable.type)
        if name in choice.left_out and not isinstance(type_, GraphQLNonNull):
            continue
        is_text = str(type_).rstrip("!") == "String"  # a search costs what it may find
        value = _sample(type_, choice, needed=is_text)
        if value is not None:
            yield name, value


def _sample(type_: Any, choice: _Choice, *, needed: bool = False) -> Any:
    """None for what may be left out and does not matter."""
    match type_:
        case GraphQLNonNull():
            return _sample(type_.of_type, choice, needed=True)
        case GraphQLScalarType(name="Int"):
            return MOST
        case GraphQLScalarType(name="Boolean"):
            return choice.flag
        case GraphQLScalarType(name="ID"):
            return global_id(choice.type_name, UUID(int=0))
        case GraphQLList():
            item = _sample(get_nullable_type(type_.of_type), choice, needed=needed)
            rows = isinstance(get_named_type(type_), GraphQLInputObjectType)
            return None if item is None else [item] * (MOST_ITEMS if rows else MOST_IDS)
        case GraphQLScalarType() if needed:
            return _SCALARS[type_.name]
        case GraphQLEnumType() if needed:
            return next(iter(type_.values))
        case GraphQLInputObjectType() if needed:
            fields = type_.fields.items()
            sampled = {name: _sample(field.type, choice) for name, field in fields}
            return {name: value for name, value in sampled.items() if value is not None}
        case _:
            return None
