"""A schema that could not be read safely does not start; and every name in ours is explained."""

from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
)

from contracts.catalogue import TOPICS
from contracts.erasure import ErasureDone
from gateway.mutations import MutationType
from gateway.planner import Planner, SchemaError
from gateway.planner.model import Computed
from gateway.projection import TABLES
from gateway.schema import build_schema
from gateway.schema.connections import Connection, Node
from gateway.schema.fields import count, field, many, one, read_from
from gateway.schema.scalars import CONFIG


def start(query: type) -> None:
    Planner(strawberry.Schema(query=strawberry.type(query), config=CONFIG))


@read_from("things", sees="true", description="A thing.")
class Thing(Node):
    name: str = field("Its name.")


def test_a_type_that_nobody_said_who_may_see() -> None:
    @strawberry.type
    class Bare(Node):
        name: str = field("Its name.")

    class Query:
        bare: Bare | None = one("It.", "true")

    with pytest.raises(SchemaError, match="Bare has a global id but does not say who may see it"):
        start(Query)


def test_a_relation_to_what_has_no_table() -> None:
    @strawberry.type
    class Loose:
        name: str = field("Its name.")

    class Query:
        loose: Loose | None = one("It.", "true")

    with pytest.raises(SchemaError, match=r"Query\.loose leads to Loose"):
        start(Query)


def test_a_connection_to_what_has_no_table() -> None:
    @strawberry.type
    class Adrift:
        name: str = field("Its name.")

    class Query:
        adrift: Connection[Adrift] = many("They.", "true", order=("name",))

    with pytest.raises(SchemaError, match=r"Query\.adrift leads to Adrift"):
        start(Query)


def test_a_computed_field_that_reads_past_visibility() -> None:
    @read_from("things", sees="true", description="A thing.")
    class Sly(Node):
        secret: str = field("A secret.", Computed("(select name from people limit 1)"))

    class Query:
        sly: Sly | None = one("It.", "true")

    with pytest.raises(SchemaError, match=r"Sly\.secret is computed from another table"):
        start(Query)


def test_a_relation_that_does_not_say_which_rows() -> None:
    @read_from("things", sees="true", description="A thing.")
    class Vague(Node):
        other: Thing | None = field("Another.")

    class Query:
        vague: Vague | None = one("It.", "true")

    with pytest.raises(SchemaError, match=r"Vague\.other leads to another table"):
        start(Query)


def test_a_count_of_what_has_no_table() -> None:
    class Query:
        number: int = count("How many.", "Nothing", "true")

    with pytest.raises(SchemaError, match=r"Query\.number leads to Nothing"):
        start(Query)


def described(type_: GraphQLNamedType) -> list[str]:
    """The names within a type that are not explained."""
    missing = [] if type_.description else [type_.name]
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, each in type_.fields.items():
            missing += [] if each.description else [f"{type_.name}.{name}"]
            missing += [
                f"{type_.name}.{name}({argument})"
                for argument, declared in each.args.items()
                if not declared.description
            ]
    if isinstance(type_, GraphQLEnumType) and type_.name.endswith("Order"):
        missing += [
            f"{type_.name}.{name}" for name, each in type_.values.items() if not each.description
        ]
    if isinstance(type_, GraphQLInputObjectType):
        missing += [
            f"{type_.name}.{name}" for name, each in type_.fields.items() if not each.description
        ]
    return missing


def test_everything_is_described() -> None:
    types: dict[str, Any] = build_schema(MutationType)._schema.type_map
    ours = [type_ for name, type_ in types.items() if not name.startswith("__")]
    assert [name for type_ in ours for name in described(type_)] == []


def test_every_vocabulary_has_a_word_for_what_is_new() -> None:
    """But for orders, which nobody is told."""
    types: dict[str, Any] = build_schema()._schema.type_map
    for type_ in types.values():
        if isinstance(type_, GraphQLEnumType) and not type_.name.startswith("__"):
            assert type_.name.endswith("Order") or "UNKNOWN" in type_.values, type_.name


def test_every_aggregate_can_be_read() -> None:
    """A topic has a table; the table's type has a global id.

    But for what services tell profiles alone, whose erasures have it all.
    """
    tables = Planner(build_schema())._model.tables
    read = {TABLES[topic] for topic, each in TOPICS.items() if each.body is not ErasureDone}
    assert {table.name for table in tables.values()} == read
