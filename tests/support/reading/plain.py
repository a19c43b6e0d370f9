"""The schema executed the ordinary way: graphql-core, and a plain resolver for every relation.

It knows nothing of SQL or of the planner, so that the two can be held against each other.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute_sync,
    parse,
)
from strawberry.utils.str_converters import to_snake_case

from gateway.planner import Viewer
from gateway.schema import build_schema
from support.reading.refusals import refuse
from support.reading.resolvers import RESOLVERS, Resolver
from support.reading.sight import Row, Sight


def answer(
    rows: Iterable[Row], viewer: Viewer, now: datetime, text: str, variables: Mapping[str, Any]
) -> bytes:
    """The body of the answer to an operation with which nothing is wrong."""
    result = executed(rows, viewer, now, text, variables)
    assert not result.errors, result.errors
    body = json.dumps({"data": result.data}, ensure_ascii=False, separators=(",", ":"))
    return body.encode()


def executed(
    rows: Iterable[Row], viewer: Viewer, now: datetime, text: str, variables: Mapping[str, Any]
) -> ExecutionResult:
    return execute_sync(
        SCHEMA,
        parse(text),
        context_value=Sight(rows, viewer, now),
        variable_values=dict(variables),
    )


def plain_schema() -> GraphQLSchema:
    schema: GraphQLSchema = build_schema()._schema
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            type_.is_type_of = None
            for name, field in type_.fields.items():
                field.resolve = _resolver(type_.name, name)
    for abstract in ("Node", "NotificationSubject"):
        type_: Any = schema.type_map[abstract]
        type_.resolve_type = lambda row, *_: type(row).__name__
    return schema


def _resolver(type_name: str, name: str) -> Resolver:
    resolver = RESOLVERS.get((type_name, name))
    attribute = to_snake_case(name)

    def resolve(row: Row, info: GraphQLResolveInfo[Sight], **arguments: Any) -> Any:
        refuse(info, arguments)
        if resolver is not None:
            return resolver(info.context, row, **arguments)
        if isinstance(row, dict):
            return row[name]
        if name == "id":
            return f"{type_name}:{row.id}"
        return getattr(row, attribute)

    return resolve


SCHEMA = plain_schema()
