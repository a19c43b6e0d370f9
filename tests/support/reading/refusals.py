"""What plain execution refuses of a field's arguments, with the codes that the API has for it."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from graphql import GraphQLError, GraphQLResolveInfo, get_named_type

from support.reading.orders import keys_for, tag_of

KINDS = {
    "site": "Site",
    "programme": "Programme",
    "differsFrom": "MatchingRun",
    "run": "MatchingRun",
}  # whose ids an argument, or a field's `id`, takes


def refuse(info: GraphQLResolveInfo[Any], arguments: Mapping[str, Any]) -> None:
    """Raises GraphQLError, with a code, for arguments that will not do."""
    sizes = [arguments[name] for name in ("first", "last") if arguments.get(name) is not None]
    if len(sizes) > 1 or any(not 1 <= size <= 100 for size in sizes):
        raise _error("BAD_PAGE")
    for name in ("after", "before"):
        if arguments.get(name) is not None and _tag(arguments[name]) != _wanted(info, arguments):
            raise _error("BAD_CURSOR")
    ids = {**KINDS, "id": KINDS.get(info.field_name)}
    for name, kind in ids.items():
        if arguments.get(name) is not None and not _is_id(arguments[name], kind):
            raise _error("BAD_ID")
    if not all(_is_id(each, None) for each in arguments.get("ids", ())):
        raise _error("BAD_ID")


def _error(code: str) -> GraphQLError:
    return GraphQLError(code, extensions={"code": code})


def _node(info: GraphQLResolveInfo[Any]) -> str:
    connection: Any = get_named_type(info.return_type)
    edge: Any = get_named_type(connection.fields["edges"].type)
    return get_named_type(edge.fields["node"].type).name


def _wanted(info: GraphQLResolveInfo[Any], arguments: Mapping[str, Any]) -> str:
    node = _node(info)
    return tag_of(node, keys_for(node, arguments))


def _tag(cursor: str) -> str | None:
    try:
        tag, *keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        UUID(keys[-1])
    except (binascii.Error, ValueError, IndexError, TypeError):
        return None
    return tag


def _is_id(text: str, kind: str | None) -> bool:
    name, _, id_ = text.partition(":")
    try:
        UUID(id_)
    except ValueError:
        return False
    return kind in (None, name)
