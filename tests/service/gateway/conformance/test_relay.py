"""Relay's specifications of global object identification and of cursor connections.

By the schema that is published, and by what the running gateway answers, of every type that has a
global id and of every field that is a connection.

See https://relay.dev/graphql/objectidentification.htm and https://relay.dev/graphql/connections.htm
"""

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    assert_interface_type,
    assert_object_type,
    build_client_schema,
    build_schema,
    get_introspection_query,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
    lexicographic_sort_schema,
    print_schema,
)

from gateway.planner import global_id
from support.gateway import RunningGateway
from support.reading.office import Office

ROOT = Path(__file__).parents[4]
SCHEMA = build_schema((ROOT / "docs/schema.graphql").read_text())
OBJECTS = [each for each in SCHEMA.type_map.values() if isinstance(each, GraphQLObjectType)]
NODES = sorted(
    each.name for each in SCHEMA.get_possible_types(assert_interface_type(SCHEMA.type_map["Node"]))
)
CONNECTIONS = sorted(
    (type_.name, name)
    for type_ in OBJECTS
    for name, field in type_.fields.items()
    if get_named_type(field.type).name.endswith("Connection")
)


def fields_of(name: str) -> dict[str, str]:
    """The type of each field, as the schema writes it."""
    type_ = SCHEMA.type_map[name]
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
    return {name: str(field.type) for name, field in type_.fields.items()}


async def test_the_gateway_tells_the_schema_that_is_published(
    gateway: RunningGateway, office: Office
) -> None:
    token = gateway.token("Ana", office.id)
    told = build_client_schema(await gateway.ask(token, get_introspection_query()))
    assert print_schema(lexicographic_sort_schema(told)) == print_schema(
        lexicographic_sort_schema(SCHEMA)
    )


def test_whatever_has_an_id_is_a_node() -> None:
    assert fields_of("Node") == {"id": "ID!"}
    assert [each.name for each in OBJECTS if "id" in each.fields and each.name not in NODES] == [
        "Milestone",  # whose id is its own within a roadmap, and nobody else's anywhere
        "TrailEvent",  # whose id is the event's own, in the log
    ]
    query = assert_object_type(SCHEMA.query_type)
    node, nodes = query.fields["node"], query.fields["nodes"]
    assert (str(node.type), arguments_of(node)) == ("Node", {"id": "ID!"})
    assert (str(nodes.type), arguments_of(nodes)) == ("[Node]!", {"ids": "[ID!]!"})


def test_pages_tell_where_they_are() -> None:
    assert fields_of("PageInfo") == {
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "Cursor",
        "endCursor": "Cursor",
    }
    assert is_leaf_type(SCHEMA.type_map["Cursor"])


@pytest.mark.parametrize(
    "name", [name for name in sorted(SCHEMA.type_map) if name.endswith("Connection")]
)
def test_a_connection_has_edges_and_its_edges_have_a_node_and_a_cursor(name: str) -> None:
    fields = fields_of(name)
    assert fields["pageInfo"] == "PageInfo!"
    edge = re.fullmatch(r"\[(\w+Edge)!\]!", fields["edges"])
    assert edge
    of_edge = fields_of(edge[1])
    assert of_edge["cursor"] == "Cursor!"
    assert not is_list_type(SCHEMA.type_map[of_edge["node"].rstrip("!")])


@pytest.mark.parametrize(("type_name", "name"), CONNECTIONS)
def test_a_connection_can_be_paged_in_both_directions(type_name: str, name: str) -> None:
    arguments = arguments_of(assert_object_type(SCHEMA.type_map[type_name]).fields[name])
    paging = {"first": "Int", "after": "Cursor", "last": "Int", "before": "Cursor"}
    assert paging.items() <= arguments.items()


def test_no_other_type_is_called_a_connection() -> None:
    called = {name for name in SCHEMA.type_map if name.endswith("Connection")}
    assert all(is_object_type(SCHEMA.type_map[name]) for name in called)
    reached = {
        get_named_type(assert_object_type(SCHEMA.type_map[type_name]).fields[name].type).name
        for type_name, name in CONNECTIONS
    }
    assert called == reached


def arguments_of(field: GraphQLField) -> dict[str, str]:
    return {name: str(argument.type) for name, argument in field.args.items()}


def tokens(gateway: RunningGateway, office: Office) -> list[str]:
    """Of the mentee, who is told things, and of an administrator, who sees the rest."""
    return [gateway.token("Ana", office.id), gateway.token("Dan", office.id, "administrator")]


def ids_of(office: Office, type_name: str) -> list[str]:
    return [
        global_id(type_name, state.id) for state in office.rows if type(state).__name__ == type_name
    ]


@pytest.mark.parametrize("type_name", NODES)
async def test_every_node_can_be_fetched_again_and_is_the_same(
    gateway: RunningGateway, office: Office, type_name: str
) -> None:
    fields = assert_object_type(SCHEMA.type_map[type_name]).fields
    leaves = " ".join(name for name, field in fields.items() if _is_plain(field))
    document = f"""
      query Again($id: ID!, $ids: [ID!]!) {{
        node(id: $id) {{ __typename id ... on {type_name} {{ {leaves} }} }}
        nodes(ids: $ids) {{ __typename id ... on {type_name} {{ {leaves} }} }}
      }}"""
    seen = 0
    for token in tokens(gateway, office):
        for id_ in ids_of(office, type_name):
            data = await gateway.ask(token, document, id=id_, ids=[id_, id_])
            assert data["nodes"] == [data["node"]] * 2
            if data["node"] is not None:
                assert (data["node"]["__typename"], data["node"]["id"]) == (type_name, id_)
                seen += 1
    assert seen


@pytest.mark.parametrize(
    ("type_name", "name"), [each for each in CONNECTIONS if each[0] != "Subscription"]
)
async def test_pages_of_every_connection(
    gateway: RunningGateway, office: Office, type_name: str, name: str
) -> None:
    seen = 0
    for token in tokens(gateway, office):
        parents = ["Query"] if type_name == "Query" else ids_of(office, type_name)
        for parent in parents:
            connection = Connection(gateway, token, type_name, parent, name)
            everything = await connection.page(first=100)
            if everything is None:
                continue  # this one does not see the parent
            edges = everything["edges"]
            assert everything["pageInfo"] == expected_info(edges, before=False, after=False)
            assert await connection.forward() == edges
            assert await connection.backward() == edges
            seen += len(edges)
    assert seen, "nobody saw anything of it: the office needs something of the kind"


class Connection:
    """A field of one parent, as one caller reads it."""

    def __init__(
        self, gateway: RunningGateway, token: str, type_name: str, parent: str, name: str
    ) -> None:
        self._gateway, self._token, self._parent = gateway, token, parent
        field = f"""it: {name}(first: $first, after: $after, last: $last, before: $before) {{
            edges {{ cursor node {{ __typename ... on Node {{ id }} }} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}"""
        paging = "$first: Int, $after: Cursor, $last: Int, $before: Cursor"
        if parent == "Query":
            self._document = f"query Page({paging}) {{ {field} }}"
        else:
            self._document = f"""query Page($id: ID!, {paging}) {{
              node(id: $id) {{ ... on {type_name} {{ {field} }} }} }}"""

    async def page(self, **paging: Any) -> Any:
        if self._parent == "Query":
            return (await self._gateway.ask(self._token, self._document, **paging))["it"]
        data = await self._gateway.ask(self._token, self._document, id=self._parent, **paging)
        return data["node"] and data["node"]["it"]

    async def forward(self) -> list[Any]:
        """All edges, from the front, one by one."""
        found: list[Any] = []
        page = await self.page(first=1)
        while page["edges"]:
            more = page["pageInfo"]["hasNextPage"]
            assert page["pageInfo"] == expected_info(page["edges"], before=bool(found), after=more)
            found += page["edges"]
            page = await self.page(first=1, after=found[-1]["cursor"])
            assert bool(page["edges"]) == more
        return found

    async def backward(self) -> list[Any]:
        """All edges, from the back, one by one."""
        found: list[Any] = []
        page = await self.page(last=1)
        while page["edges"]:
            more = page["pageInfo"]["hasPreviousPage"]
            assert page["pageInfo"] == expected_info(page["edges"], before=more, after=bool(found))
            found = page["edges"] + found
            page = await self.page(last=1, before=found[0]["cursor"])
            assert bool(page["edges"]) == more
        return found


def expected_info(edges: list[Any], *, before: bool, after: bool) -> dict[str, Any]:
    return {
        "hasPreviousPage": before,
        "hasNextPage": after,
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
    }


def _is_plain(field: GraphQLField) -> bool:
    return is_leaf_type(get_named_type(field.type)) and not field.args
