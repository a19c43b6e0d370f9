"""The whole schema keeps to Relay: Global Object Identification, and Cursor Connections."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
)

from gateway.mutations import MutationType
from gateway.planner import Planner
from gateway.schema import build_schema

SCHEMA: Any = build_schema(MutationType)._schema
OBJECTS = {
    name: type_
    for name, type_ in SCHEMA.type_map.items()
    if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
}
CONNECTIONS = {name: type_ for name, type_ in OBJECTS.items() if name.endswith("Connection")}


def fields_of_connections() -> Iterator[tuple[str, GraphQLField]]:
    for type_ in OBJECTS.values():
        for name, field in type_.fields.items():
            if get_named_type(field.type).name in CONNECTIONS:
                yield f"{type_.name}.{name}", field


FIELDS = dict(fields_of_connections())


def types(of: dict[str, GraphQLField] | dict[str, GraphQLArgument]) -> dict[str, str]:
    return {name: str(each.type) for name, each in of.items()}


# Global Object Identification


def test_the_interface_of_nodes() -> None:
    node = SCHEMA.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert types(node.fields) == {"id": "ID!"}


def test_the_roots_that_read_nodes() -> None:
    one, many = (SCHEMA.query_type.fields[name] for name in ("node", "nodes"))
    assert (types(one.args), str(one.type)) == ({"id": "ID!"}, "Node")
    assert (types(many.args), str(many.type)) == ({"ids": "[ID!]!"}, "[Node]!")


def test_whatever_has_an_id_that_is_global_is_a_node() -> None:
    nodes = {type_.name for type_ in SCHEMA.get_possible_types(SCHEMA.type_map["Node"])}
    assert nodes == set(Planner(build_schema())._model.tables)
    others = {name for name, type_ in OBJECTS.items() if "id" in type_.fields} - nodes
    assert others == {"TrailEvent"}  # whose id is the event's own: a plain UUID


# Cursor Connections


def test_there_are_connections_and_all_is_named_as_it_is() -> None:
    assert len(FIELDS) > 20
    with_edges = {name for name, type_ in OBJECTS.items() if "edges" in type_.fields}
    assert with_edges == set(CONNECTIONS)
    reached = {get_named_type(field.type).name for field in FIELDS.values()}
    assert reached == with_edges


@pytest.mark.parametrize("name", CONNECTIONS)
def test_a_connection_and_its_edges(name: str) -> None:
    node = name.removesuffix("Connection")
    assert types(CONNECTIONS[name].fields) == {
        "edges": f"[{node}Edge!]!",
        "pageInfo": "PageInfo!",
        "totalCount": "Int!",
    }
    assert types(OBJECTS[f"{node}Edge"].fields) == {"node": f"{node}!", "cursor": "Cursor!"}


def test_the_page_info() -> None:
    assert types(OBJECTS["PageInfo"].fields) == {
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "Cursor",
        "endCursor": "Cursor",
    }


@pytest.mark.parametrize("where", FIELDS)
def test_a_field_that_is_a_connection(where: str) -> None:
    """It is paged in both directions, and can be asked for without any argument."""
    field = FIELDS[where]
    paging = {"first": "Int", "after": "Cursor", "last": "Int", "before": "Cursor"}
    assert {name: each for name, each in types(field.args).items() if name in paging} == paging
    assert not [name for name, each in field.args.items() if str(each.type).endswith("!")]
    assert str(field.type).endswith("Connection!")


@pytest.mark.parametrize("where", FIELDS)
def test_an_order_is_one_of_its_nodes(where: str) -> None:
    """Each order is there in both directions."""
    argument = FIELDS[where].args.get("orderBy")
    if argument is None:
        return
    order = get_named_type(argument.type)
    assert isinstance(order, GraphQLEnumType)
    node = get_named_type(FIELDS[where].type).name.removesuffix("Connection")
    assert order.name == f"{node}Order"
    ways = {word.rpartition("_")[::2] for word in order.values}
    assert ways == {(column, way) for column, _ in ways for way in ("ASC", "DESC")}
