"""Pieces of SQL: text that becomes JSON, and the one row that a request's values come from."""

from collections.abc import Iterable, Sequence

MOST_ARGUMENTS = 100  # that PostgreSQL lets a function have

VIEWER = "q"  # the name of the source: the viewer and the request's values are its columns

# $1, the tenant; $2, the person; $3 and $4, whether they are an administrator of the tenant and an
# operator of the platform; the request's values from $5 on.
# The tenant is set here, in the same statement: what is read below is read for each row of the
# source, so after this. Were it ever read before, no row at all would pass the tenant's policies.
_TENANT = """set_config('cairn.organisation', ($1::uuid)::text, true) as tenant,
    $1::uuid as organisation_id"""
_SOURCE = """(select {tenant}, $2::uuid as person_id, $3::boolean as administrator,
    $4::boolean as operator{columns}) q"""

# The same for several requests of the tenant: every other parameter is the array of their values.
_SHARED_SOURCE = """(select {tenant}, each.person_id, each.administrator, each.operator{columns},
    each.place
    from unnest($2::uuid[], $3::boolean[], $4::boolean[]{arrays})
        with ordinality as each (person_id, administrator, operator{names}, place)) q"""


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def word(name: str) -> str:
    """The JSON text of a name: a type's, or an enum value's."""
    return literal(f'"{name}"')


def concat(parts: Iterable[str]) -> str:
    """One text of all parts, however many; a null part counts as empty."""
    listed = list(parts)
    while len(listed) > MOST_ARGUMENTS:
        chunks = (listed[at : at + MOST_ARGUMENTS] for at in range(0, len(listed), MOST_ARGUMENTS))
        listed = [f"concat({', '.join(chunk)})" for chunk in chunks]
    return f"concat({', '.join(listed)})"


def json_object(members: Iterable[tuple[str, str]]) -> str:
    """A JSON object: each name with the expression of its value's JSON text, which is never null.

    Names are GraphQL names, which need no escapes.
    """
    parts: list[str] = []
    for place, (name, value) in enumerate(members):
        before = "," if place else "{"
        parts += [literal(f'{before}"{name}":'), value]
    return concat([*parts, "'}'"]) if parts else "'{}'"


def json_array(rows: str) -> str:
    """A JSON array of what a query with one column of JSON text returns, in its order."""
    return f"concat('[', array_to_string(array({rows}), ','), ']')"


def select(
    what: str, tables: str, conditions: Iterable[str], order: str = "", limit: str = ""
) -> str:
    where = " and ".join(f"({each})" for each in conditions if each != "true")
    return (
        f"select {what} from {tables}"
        + (f" where {where}" if where else "")
        + (f" order by {order}" if order else "")
        + (f" limit {limit}" if limit else "")
    )


def statement(root: str, types: Sequence[str]) -> str:
    """The whole statement. `types` are the PostgreSQL types of the request's values, in order."""
    columns = "".join(
        f",\n    ${place + 5}::{_sent_as(type_)}::{type_} as v{place}"
        for place, type_ in enumerate(types)
    )
    return f"select {root}\nfrom {_SOURCE.format(tenant=_TENANT, columns=columns)}"


def shared_statement(root: str, types: Sequence[str]) -> str:
    """The statement that answers several requests: each answer with its request's place, from 1."""
    arrays = "".join(f", ${place + 5}::{_sent_as(type_)}[]" for place, type_ in enumerate(types))
    columns = "".join(f",\n    each.v{place}::{type_}" for place, type_ in enumerate(types))
    names = "".join(f", v{place}" for place in range(len(types)))
    source = _SHARED_SOURCE.format(tenant=_TENANT, columns=columns, arrays=arrays, names=names)
    return f"select q.place, {root}\nfrom {source}"


def _sent_as(type_: str) -> str:
    return "text" if type_ == "jsonb" else type_
