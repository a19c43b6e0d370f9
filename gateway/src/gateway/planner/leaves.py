"""The JSON text of scalars, enums and lists of them; null where the value is null.

It is, to the byte, what graphql-core's serializers and Python's `json` make of the same value.
"""

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLType,
    is_leaf_type,
)

from gateway.planner.sql import json_array, literal, word

POSTGRES_TYPES = {
    "Boolean": "boolean",
    "Cursor": "text",
    "Date": "date",
    "DateTime": "timestamptz",
    "Float": "double precision",
    "ID": "text",
    "Int": "int",
    "String": "text",
    "Time": "time",
}


def postgres_type(type_: GraphQLLeafType) -> str:
    return "text" if isinstance(type_, GraphQLEnumType) else POSTGRES_TYPES[type_.name]


def leaf_in(type_: GraphQLType) -> tuple[GraphQLLeafType, bool] | None:
    """The leaf type within, and whether it is a list's; None where it is no leaf type."""
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    listed = isinstance(inner, GraphQLList)
    if listed:
        inner = inner.of_type
        inner = inner.of_type if isinstance(inner, GraphQLNonNull) else inner
    return (inner, listed) if is_leaf_type(inner) else None


def json_of(type_: GraphQLLeafType, value: str) -> str:
    """The JSON text of an expression's value."""
    if isinstance(type_, GraphQLEnumType):
        return _enum(type_, value)
    match type_.name:
        case "Int" | "Boolean":
            return f"({value})::text"
        case "Float":
            return (
                f"case when {value} = trunc({value}) and abs({value}) < 1e15"
                f" then ({value})::bigint || '.0' else ({value})::text end"
            )
        case _:
            return f"to_json({value})"


def json_of_list(type_: GraphQLLeafType, value: str) -> str:
    """The JSON text of an array's items, none of which is null."""
    if postgres_type(type_) == "text" and not isinstance(type_, GraphQLEnumType):
        return f"to_json({value})"
    items = json_array(f"select {json_of(type_, 'item')} from unnest({value}) item")
    return f"case when {value} is not null then {items} end"


def _enum(type_: GraphQLEnumType, value: str) -> str:
    """By the word that is stored; one that this version does not know is UNKNOWN."""
    known = "".join(
        f" when {literal(member.value)} then {word(name)}"
        for name, member in type_.values.items()
        if name != "UNKNOWN"
    )
    rest = word("UNKNOWN") if "UNKNOWN" in type_.values else "null"
    return f"case when {value} is not null then case {value}{known} else {rest} end end"
