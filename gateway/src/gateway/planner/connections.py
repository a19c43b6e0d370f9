"""Connections: pages of rows, nested anywhere, with only what was asked for of each."""

from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType, get_named_type

from gateway.planner.arguments import Arguments
from gateway.planner.model import Many
from gateway.planner.paging import MOST, Paging, paging
from gateway.planner.rows import Rows, TableRow, fill
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
        order = compiler.order(source, arguments)
        self.paging: Paging = paging(
            arguments,
            compiler.parameters,
            type_name=self.node.name,
            order=order,
            types=compiler.model.key_types(self.node, order),
            usual=order.columns == source.order.columns,
        )
        self._weigh_index()
        self.row = compiler.alias()
        self.columns: list[str] = []  # what is read of each row of the page
        self.is_read = False  # whether anything asks for the page's rows

    def _weigh_index(self) -> None:
        """Rows that an index has to find before any is shown count as read."""
        indexed = self.compiler.indexed(self.source.filters, self.arguments)
        if indexed is not None and (most := indexed[2].most) is not None:
            with self.compiler.cost.on_pages_of(lambda _: most):
                self.compiler.cost.add_place()

    def text(self, nodes: list[FieldNode]) -> str:
        fields = self.compiler.fields(self.type, nodes)
        asked = [each[0].name.value for each in fields.values()]
        if asked == ["edges"] and not self.paging.backward:
            ((key, edges),) = fields.items()
            page = f"{self._edge(edges)} from {self._rows_of_page()}"
            ordered = f"{page} order by {self.paging.order(self.row)} limit {self.paging.size}"
            return json_object([(key, json_array(f"select {ordered}"))])
        whole = json_object((key, self._member(each)) for key, each in fields.items())
        return f"(select {whole} from ({self._page()}) page)" if self.is_read else whole

    def _column(self, text: str) -> str:
        """The column of the page that has this text of each row."""
        self.is_read = True
        if text not in self.columns:
            self.columns.append(text)
        return f"page.c{self.columns.index(text) + 1}"

    def _member(self, nodes: list[FieldNode]) -> str:
        match nodes[0].name.value:
            case "edges":
                column = self._column(self._edge(nodes))
                direction = " desc" if self.paging.backward else ""
                edges = f"string_agg({column}, ',' order by page.place{direction})"
                return f"concat('[', {edges} filter (where page.place <= {self.paging.size}), ']')"
            case "pageInfo":
                return self._page_info(nodes)
            case "totalCount":
                with self.compiler.cost.on_count():
                    return f"({' + '.join(rows.count() for rows in self._all_rows())})::text"
            case _:
                return word(self.type.name)

    def _edge(self, nodes: list[FieldNode]) -> str:
        def member(each: list[FieldNode]) -> str:
            match each[0].name.value:
                case "node":
                    return self.compiler.object(self.node, each, TableRow(self.row))
                case "cursor":
                    return self.paging.cursor(self.paging.keys(self.row))
                case _:
                    return word(self.edge.name)

        fields = self.compiler.fields(self.edge, nodes)
        with self.compiler.cost.on_pages_of(self.paging.read_size):
            return json_object((key, member(each)) for key, each in fields.items())

    def _cursor_on_page(self, which: str, order: str = "") -> str:
        """The cursor of the first of some rows of the page, made for that one only."""
        columns = [self._column(key) for key in self.paging.keys(self.row)]
        keys = [f"(array_agg({column} {order}) {which})[1]" for column in columns]
        return f"coalesce(case when count(*) > 0 then {self.paging.cursor(keys)} end, 'null')"

    def _page_info(self, nodes: list[FieldNode]) -> str:
        type_ = self.compiler.model.type(get_named_type(self.type.fields["pageInfo"].type).name)
        ahead, behind = "hasNextPage", "hasPreviousPage"
        near, far = "startCursor", "endCursor"  # near the end that the page begins at
        if self.paging.backward:
            ahead, behind, near, far = behind, ahead, far, near

        def member(each: list[FieldNode]) -> str:
            name = each[0].name.value
            if name == ahead:
                self.is_read = True
                return f"(count(*) > {self.paging.size})::text"
            if name == behind:
                return self._is_beyond()
            if name == near:
                return self._cursor_on_page("filter (where page.place = 1)")
            if name == far:
                on_page = f"filter (where page.place <= {self.paging.size})"
                return self._cursor_on_page(on_page, "order by page.place desc")
            return word(type_.name)

        fields = self.compiler.fields(type_, nodes)
        return json_object((key, member(each)) for key, each in fields.items())

    def _is_beyond(self) -> str:
        """Whether there are rows on the far side of the cursor that the page begins at."""
        rows = self._all_rows()
        beyond = self.paging.beyond(rows[0].alias)
        if not beyond:
            return "'false'"
        any_of = " or ".join(f"exists ({each.and_(beyond).select('')})" for each in rows)
        return f"({any_of})::text"

    def _page(self) -> str:
        """One row more than the page has, for that tells whether more follow."""
        listed = "".join(f", {column} as c{place}" for place, column in enumerate(self.columns, 1))
        order = self.paging.order(self.row)
        return (
            f"select row_number() over (order by {order}) as place{listed}"
            f" from {self._rows_of_page()} order by {order} limit {self.paging.size} + 1"
        )

    def _rows_of_page(self) -> str:
        """The rows between the cursors, no more than any page has.

        The constant limit is for PostgreSQL's planner: where it does not know the limit it reckons
        with a tenth of all rows, and would rather sort the whole tenant than follow the index.
        """
        with self.compiler.cost.on_pages_of(self.paging.read_size):
            rows = self._all_rows()
        alias = rows[0].alias
        within, order = self.paging.within(alias), self.paging.order(alias)
        pages = [each.and_(*within).select(f"{alias}.*", order, str(MOST + 1)) for each in rows]
        together = (
            pages[0] if len(pages) == 1 else " union all ".join(f"({page})" for page in pages)
        )
        return f"({together}) {self.row}"

    def _all_rows(self) -> list[Rows]:
        """The rows of all pages: found in the one way, or in the other, where there are two."""
        rows = self.compiler.rows(self.node.name, self.source.on, self.parent)
        rows = self.compiler.narrowed(rows, self.source.filters, self.arguments, self.parent)
        if self.source.split is None:
            return [rows]
        sees_all = f"coalesce({fill(self.source.split.all, parent=self.parent)}, false)"
        own = fill(self.source.split.own, row=rows.alias)
        return [rows.and_(sees_all), rows.and_(own, f"not {sees_all}")]
