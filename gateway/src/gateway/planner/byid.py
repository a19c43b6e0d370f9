"""`node` and `nodes`: rows by global ids, whatever their types."""

from typing import TYPE_CHECKING

import msgspec
from graphql import FieldNode, GraphQLList, get_nullable_type
from graphql.execution.values import VariableValues

from gateway.planner.arguments import Arguments
from gateway.planner.errors import beyond
from gateway.planner.sql import json_array, literal

if TYPE_CHECKING:
    from gateway.planner.compile import Compiler

MOST_IDS = 100


def by_id(compiler: "Compiler", nodes: list[FieldNode], arguments: Arguments, argument: str) -> str:
    """Only the types that the ids name now are compiled: they belong to the variables' shape."""
    read = arguments.any_id_reader(argument)
    types = sorted({name for name, _ in read(compiler.values)} & set(compiler.model.tables))

    def found(name: str, id_: str) -> str:
        rows = compiler.rows(name, f"{{row}}.id = {id_}", "")
        return compiler.one(rows, compiler.model.type(name), nodes)

    if not isinstance(get_nullable_type(arguments.definition.type), GraphQLList):
        id_ = compiler.parameters.add("uuid", lambda values: read(values)[0][1])
        return found(types[0], id_) if types else "null::text"

    def listed(values: VariableValues) -> str:
        pairs = read(values)
        if len(pairs) > MOST_IDS:
            advice = "ask for the others in another request"
            raise beyond(f"items of `{argument}`", len(pairs), MOST_IDS, advice, [arguments.node])
        return msgspec.json.encode(pairs).decode()

    ids = compiler.parameters.add("jsonb", listed)
    each = compiler.alias()
    with compiler.cost.on_pages_of(lambda values: len(read(values))):
        cases = "".join(
            f" when {literal(name)} then {found(name, f'({each}.id ->> 1)::uuid')}"
            for name in types
        )
    text = f"coalesce(case {each}.id ->> 0{cases} end, 'null')" if types else "'null'"
    return json_array(
        f"select {text} from jsonb_array_elements({ids}) with ordinality {each}(id, place)"
        f" order by {each}.place"
    )
