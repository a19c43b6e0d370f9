"""The read model behind a schema: every type's table and every field's source, checked at start."""

import re
from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_object_type,
)

from gateway.planner.leaves import leaf_in, postgres_type
from gateway.planner.model import (
    READ,
    Column,
    Computed,
    Count,
    Feed,
    Many,
    One,
    OneOf,
    Order,
    Source,
    Table,
)

NODE = "Node"
CONNECTION_FIELDS = {"edges", "pageInfo", "totalCount"}


class SchemaError(Exception):
    """A schema that cannot be read safely; the process must not start with it."""


class ReadModel:
    """What the planner knows of a schema."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self.graphql: GraphQLSchema = schema._schema  # pyright: ignore[reportPrivateUsage]
        self.tables: dict[str, Table] = {}
        self.sources: dict[tuple[str, str], Source] = {}
        for type_ in _object_types(self.graphql):
            self._read_table(type_)
        for type_ in _object_types(self.graphql):
            for name, field in type_.fields.items():
                self.sources[type_.name, name] = self._source(type_, name, field)

    def source(self, type_: GraphQLObjectType, field: str) -> Source:
        return self.sources[type_.name, field]

    def type(self, name: str) -> GraphQLObjectType:
        type_ = self.graphql.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        return type_

    def key_types(self, type_: GraphQLObjectType, order: Order) -> list[str]:
        """The PostgreSQL types of the columns that rows are ordered by, the id's last."""
        if order.types:
            return [*order.types, "uuid"]
        types: dict[str, str] = {}
        for name, field in type_.fields.items():
            source, leaf = self.source(type_, name), leaf_in(field.type)
            if isinstance(source, Column) and leaf is not None:
                types[source.name] = postgres_type(leaf[0])
        return [*(types[column] for column in order.columns), "uuid"]

    def argument_names(self, field: GraphQLField) -> list[tuple[str, str]]:
        """The names of a field's arguments in the schema, and as they were declared."""
        return [(name, _definition(each).python_name) for name, each in field.args.items()]

    def _read_table(self, type_: GraphQLObjectType) -> None:
        table = getattr(_definition(type_).origin, "__table__", None)
        is_node = any(interface.name == NODE for interface in type_.interfaces)
        if is_node and table is None:
            message = f"{type_.name} has a global id but does not say who may see it."
            raise SchemaError(message)
        if table is not None:
            self.tables[type_.name] = table

    def _source(self, type_: GraphQLObjectType, name: str, field: GraphQLField) -> Source:
        definition = _definition(field)
        source: Source = definition.metadata.get(READ) or Column(definition.python_name)
        where = f"{type_.name}.{name}"
        match source:
            case Computed(sql=sql) if re.search(r"\b(select|from|join)\b", sql, re.IGNORECASE):
                message = f"{where} is computed from another table, past that table's visibility."
                raise SchemaError(message)
            case Column() if type_.name in self.tables and self._is_read(field):
                message = f"{where} leads to another table, but does not say to which rows."
                raise SchemaError(message)
            case One(via=via):
                targets = [get_named_type(field.type).name, *([via.type] if via else [])]
            case Many():
                targets = [_node_type(field)]
            case Count(type=target):
                targets = [target]
            case OneOf(types=types):
                targets = list(types.values())
            case Feed(types=types):
                targets = types
            case _:
                targets = []
        for target in targets:
            if target not in self.tables:
                message = f"{where} leads to {target}, which does not say who may see it."
                raise SchemaError(message)
        return source

    def _is_read(self, field: GraphQLField) -> bool:
        named = get_named_type(field.type)
        return is_composite_type(named) and (
            named.name in self.tables or set(getattr(named, "fields", ())) >= CONNECTION_FIELDS
        )


def _object_types(schema: GraphQLSchema) -> Iterator[GraphQLObjectType]:
    for type_ in schema.type_map.values():
        if is_object_type(type_) and not type_.name.startswith("__"):
            yield type_


def _node_type(connection: GraphQLField) -> str:
    named = get_named_type(connection.type)
    for field in ("edges", "node"):
        assert isinstance(named, GraphQLObjectType)
        named = get_named_type(named.fields[field].type)
    return named.name


def _definition(of: GraphQLObjectType | GraphQLField | GraphQLArgument) -> Any:
    return of.extensions["strawberry-definition"]
