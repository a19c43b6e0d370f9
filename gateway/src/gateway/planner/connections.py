"""Connections: pages of rows, nested anywhere, with only what was asked for of each."""

from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType, get_named_type

from gateway.planner.arguments import Arguments
from gateway.planner.cursors import cursor_sql
from gateway.planner.model import Many
from gateway.planner.paging import MOST, Paging, paging
from gateway.planner.rows import Rows, TableRow
from gateway.planner.sql import json_array, json_object, word

if TYPE_CHECKING:
    from gateway.planner.compile import Compiler


def connection(
    compiler: "Compiler", source: Many, nodes: list[FieldNode], arguments: Arguments, parent: str
) -> str:
    """The JSON text of a connection."""
    return _Connection(compiler, source, arguments, parent).text(nodes)


class _Connection:
    def __init__(
        self, compiler: "Compiler", source: Many, arguments: Arguments, parent: str
    ) -> None:
        self.compiler = compiler
        self.source = source
        self.arguments = arguments
        self.parent = parent
        self.type = compiler.model.type(get_named_type(arguments.definition.type).name)
        self.edge: GraphQLObjectType = get_named_type(self.type.fields["edges"].type)
        self.node: GraphQLObjectType = get_named_type(self.edge.fields["node"].type)
        self.paging: Paging = paging(
            arguments,
            compiler.parameters,
            type_name=self.node.name,
            columns=(*source.order, "id"),
            types=compiler.model.key_types(self.node, source.order),
            descending=source.descending,
        )

    def text(self, nodes: list[FieldNode]) -> str:
        fields = self.compiler.fields(self.type, nodes)
        asked = [each[0].name.value for each in fields.values()]
        row = self.compiler.alias()
        if asked == ["edges"] and not self.paging.backward:
            ((key, edges),) = fields.items()
            page = f"{self._edge(edges, row)} from {self._rows_of_page(row)}"
            ordered = f"{page} order by {self.paging.order(row)} limit {self.paging.size}"
            return json_object([(key, json_array(f"select {ordered}"))])
        columns: list[str] = []
        members = [(key, self._member(each, row, columns)) for key, each in fields.items()]
        whole = json_object(members)
        if not columns:
            return whole
        return f"(select {whole} from ({self._page(row, columns)}) page)"

    def _member(self, nodes: list[FieldNode], row: str, columns: list[str]) -> str:
        """A field of the connection. What it needs of each row it adds to the page's columns."""
        match nodes[0].name.value:
            case "edges":
                columns.append(self._edge(nodes, row))
                direction = " desc" if self.paging.backward else ""
                column = f"page.c{len(columns)}"
                edges = f"string_agg({column}, ',' order by page.place{direction})"
                return f"concat('[', {edges} filter (where page.place <= {self.paging.size}), ']')"
            case "pageInfo":
                columns.append(cursor_sql(self.node.name, self.paging.keys(row)))
                return self._page_info(nodes, f"page.c{len(columns)}")
            case "totalCount":
                return self._all_rows().count()
            case _:
                return word(self.type.name)

    def _edge(self, nodes: list[FieldNode], row: str) -> str:
        def member(each: list[FieldNode]) -> str:
            match each[0].name.value:
                case "node":
                    return self.compiler.object(self.node, each, TableRow(row))
                case "cursor":
                    return f"to_json({cursor_sql(self.node.name, self.paging.keys(row))})"
                case _:
                    return word(self.edge.name)

        fields = self.compiler.fields(self.edge, nodes)
        return json_object((key, member(each)) for key, each in fields.items())

    def _page_info(self, nodes: list[FieldNode], cursor: str) -> str:
        type_: GraphQLObjectType = get_named_type(self.type.fields["pageInfo"].type)
        size = self.paging.size
        more = f"(count(*) > {size})::text"
        near = f"to_json(max({cursor}) filter (where page.place = 1))"
        last_of = (
            f"array_agg({cursor} order by page.place desc) filter (where page.place <= {size})"
        )
        far = f"to_json(({last_of})[1])"
        if self.paging.backward:
            texts = {"hasPreviousPage": more, "startCursor": far, "endCursor": near}
        else:
            texts = {"hasNextPage": more, "startCursor": near, "endCursor": far}

        def member(each: list[FieldNode]) -> str:
            name = each[0].name.value
            if name == "__typename":
                return word(type_.name)
            return f"coalesce({texts.get(name) or self._is_beyond()}, 'null')"

        fields = self.compiler.fields(type_, nodes)
        return json_object((key, member(each)) for key, each in fields.items())

    def _is_beyond(self) -> str:
        """Whether there are rows on the far side of the cursor that the page begins at."""
        rows = self._all_rows()
        beyond = self.paging.beyond(rows.alias)
        return f"(exists ({rows.and_(beyond).select('')}))::text" if beyond else "'false'"

    def _page(self, row: str, columns: list[str]) -> str:
        """One row more than the page has, for that tells whether more follow."""
        listed = "".join(f", {column} as c{place}" for place, column in enumerate(columns, 1))
        order = self.paging.order(row)
        return (
            f"select row_number() over (order by {order}) as place{listed}"
            f" from {self._rows_of_page(row)} order by {order} limit {self.paging.size} + 1"
        )

    def _rows_of_page(self, row: str) -> str:
        """The rows between the cursors, no more than any page has.

        The constant limit is for PostgreSQL's planner: where it does not know the limit it reckons
        with a tenth of all rows, and would rather sort the whole tenant than follow the index.
        """
        rows = self._all_rows()
        within = rows.and_(*self.paging.within(rows.alias))
        order = self.paging.order(rows.alias)
        return f"({within.select(f'{rows.alias}.*', order, str(MOST + 1))}) {row}"

    def _all_rows(self) -> Rows:
        rows = self.compiler.rows(self.node.name, self.source.on, self.parent)
        return self.compiler.narrowed(rows, self.source.filters, self.arguments, self.parent)
