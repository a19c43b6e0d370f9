"""What a connection can be ordered by, over the whole schema."""

from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLField, GraphQLObjectType, get_named_type

from gateway.mutations import MutationType
from gateway.schema import build_schema

SCHEMA: Any = build_schema(MutationType)._schema
ORDERED: dict[str, GraphQLField] = {
    f"{type_.name}.{name}": field
    for type_ in SCHEMA.type_map.values()
    if isinstance(type_, GraphQLObjectType)
    for name, field in type_.fields.items()
    if "orderBy" in field.args
}


@pytest.mark.parametrize("where", ORDERED)
def test_an_order_is_of_the_connections_nodes_and_goes_both_ways(where: str) -> None:
    order = get_named_type(ORDERED[where].args["orderBy"].type)
    assert isinstance(order, GraphQLEnumType)
    node = get_named_type(ORDERED[where].type).name.removesuffix("Connection")
    assert order.name == f"{node}Order"
    ways = {word.rpartition("_")[::2] for word in order.values}
    assert ways == {(column, way) for column, _ in ways for way in ("ASC", "DESC")}


def test_every_type_that_has_connections_can_be_ordered() -> None:
    connections = {
        name.removesuffix("Connection") for name in SCHEMA.type_map if name.endswith("Connection")
    }
    assert {
        get_named_type(field.type).name.removesuffix("Connection") for field in ORDERED.values()
    } == connections
