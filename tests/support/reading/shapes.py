"""Every way to read that the schema has, each as an operation of its own."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

PAGE = """{ edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"""
PAGES = ("", "last: 5", "first: 5, after: $cursor", "last: 5, before: $cursor")
TEXTS = {  # what is asked for of an argument that takes text: what all have, or few
    "country": ("pt",),
    "language": ("en", "pt"),
    "search": ("engineer", "enginer", "city", "given engineer", "nobody"),
    "skill": ("sql", "welding"),
    "skillOffered": ("sql",),
    "skillSought": ("sql",),
    "department": ("sales",),
}
IDS = {"id": "$programme", "site": "$site", "run": "$run", "differsFrom": "$run"}
MOMENTS = {"DateTime": "2026-01-01T00:00:00Z", "Date": "2026-01-01"}
ELSEWHERE = {
    "node",
    "nodes",
    "changes",
    "eventTrail",
    "occupations",
    "occupation",
}  # by themselves, or not of the read model


def shapes(schema: GraphQLSchema, type_: GraphQLObjectType) -> Iterator[str]:
    """Selections on an object of the type: all its leaves, and each relation in all its ways.

    They speak of `$cursor`, one of the relation's, of `$site` and of `$run`.
    """
    leaves = [
        name for name, each in type_.fields.items() if is_leaf_type(get_named_type(each.type))
    ]
    if leaves:
        yield " ".join(leaves)
    for name, field in type_.fields.items():
        named = get_named_type(field.type)
        if name in ELSEWHERE or name in leaves:
            continue
        if "edges" not in getattr(named, "fields", {}):
            asked = [f"{each}: {IDS[each]}" for each in field.args]
            yield f"{name}{_written(', '.join(asked))} {{ {_some(named)} }}"
            continue
        for page in PAGES:
            yield f"{name}{_written(page)} {PAGE}"
        for narrowed in _filters(field):
            yield f"{name}{_written(narrowed)} {PAGE}"
            if narrowed.startswith(("orderBy", "search")):
                for page in filter(None, PAGES):
                    yield f"{name}({narrowed}, {page}) {PAGE}"


def cursors(shape: str) -> str:
    """The connection of a shape with a cursor, asked for the cursors that it may have."""
    asked = shape.partition(" {")[0]
    for page in PAGES:
        asked = asked.replace(page, "first: 9") if "$cursor" in page else asked
    return f"found: {asked} {{ edges {{ cursor }} }}"


def _written(arguments: str) -> str:
    return f"({arguments})" if arguments else ""


def _filters(field: GraphQLField) -> Iterator[str]:
    for name, argument in field.args.items():
        named = get_named_type(argument.type)
        if isinstance(named, GraphQLEnumType):
            yield from (f"{name}: {word}" for word in named.values)
        elif named.name == "Boolean":
            yield from (f"{name}: true", f"{name}: false")
        elif named.name == "String":
            yield from (f'{name}: "{text}"' for text in TEXTS[name])
        elif named.name in MOMENTS:
            yield f'{name}: "{MOMENTS[named.name]}"'
        elif named.name == "ID":
            yield f"{name}: {IDS[name]}"


def _some(type_: Any) -> str:
    return "id" if "id" in getattr(type_, "fields", {}) else "__typename"
