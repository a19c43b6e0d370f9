"""The documents that the command line sends fit the API."""

import pytest
from graphql import GraphQLSchema, parse, validate

from cairn import documents
from gateway.mutations import MutationType
from gateway.schema import build_schema

DOCUMENTS = {name: text for name, text in vars(documents).items() if name.isupper()}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(MutationType)._schema


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if not name.startswith("_")])
def test_the_schema_takes_it(schema: GraphQLSchema, name: str) -> None:
    assert validate(schema, parse(DOCUMENTS[name])) == []
