"""The delta feed: the rows that have changed since a cursor, and the ids of those that are gone.

A cursor says of which read model it is (one that was made again has other tables), of whom, and
where in the order of changes it stands. Numbers become visible in their order, so nothing that is
visible later stands before it.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from graphql import FieldNode, get_named_type
from graphql.execution.values import VariableValues

from gateway.changes import KEPT, NOW
from gateway.planner.arguments import Arguments
from gateway.planner.cursors import cursor_sql, read_cursor
from gateway.planner.errors import refused
from gateway.planner.model import Feed
from gateway.planner.paging import size_reader
from gateway.planner.rows import fill
from gateway.planner.sql import VIEWER, json_object, literal, word

if TYPE_CHECKING:
    from gateway.planner.compile import Compiler

DEFAULT_SIZE = 100
MOST = 500  # changes in an answer

NOBODY = UUID(int=0)
LAST = "~"  # greater than any type's name
CURSOR = ("bigint", "uuid", "bigint", "text", "uuid")  # the model, the viewer, the place

_EPOCH = "'change_numbers'::regclass::oid::bigint"
_LAST = f"""coalesce((select c.last from change_numbers c
    where c.organisation_id = {VIEWER}.organisation_id), 0)"""
_VIEWER = f"coalesce({VIEWER}.person_id, '{NOBODY}')"

_SINCE = """(
    select start.epoch, start.last, {given} and not start.valid as reset,
        case when start.valid then {number} else -1 end as number,
        case when start.valid then {type} else '' end as type,
        case when start.valid then {id} else '{nobody}' end as id
    from (
        select now.epoch, now.last, coalesce({epoch} = now.epoch and {person} = {viewer}
            and {number} <= now.last and {number} > {clock} - {kept}, false) as valid
        from (select {current} as epoch, {latest} as last) now
    ) start
) since"""

# What was deleted matters only to whoever has kept something.
_DEPARTURES = f"""
    select d.type, d.id, d.changed from departures d
    where d.organisation_id = {VIEWER}.organisation_id and d.person_id = {VIEWER}.person_id
        and since.number >= 0"""


def feed(compiler: "Compiler", source: Feed, nodes: list[FieldNode], arguments: Arguments) -> str:
    """The JSON text of what has changed."""
    return _Feed(compiler, source, arguments).text(nodes)


class _Feed:
    def __init__(self, compiler: "Compiler", source: Feed, arguments: Arguments) -> None:
        self.compiler = compiler
        self.source = source
        self.arguments = arguments
        self.type = compiler.model.type(get_named_type(arguments.definition.type).name)
        self.read_size = size_reader(arguments, "first", default=DEFAULT_SIZE, most=MOST)
        self.size = compiler.parameters.add("int", self.read_size)
        self.row = compiler.alias()
        self.texts: list[str] = []  # of a row, one for each time that `changed` is asked for

    def text(self, nodes: list[FieldNode]) -> str:
        fields = self.compiler.fields(self.type, nodes)
        whole = json_object((key, self._member(each)) for key, each in fields.items())
        return f"(select {whole} from {self._since()}, lateral ({self._page()}) page)"

    def _member(self, nodes: list[FieldNode]) -> str:
        match nodes[0].name.value:
            case "changed":
                self.texts.append(self._row(nodes))
                return f"concat('[', page.changed{len(self.texts) - 1}, ']')"
            case "gone":
                return "concat('[', page.gone, ']')"
            case "reset":
                return "since.reset::text"
            case "more":
                return "page.more::text"
            case "cursor":
                return f"to_json({cursor_sql(self.type.name, self._place())})"
            case _:
                return word(self.type.name)

    def _place(self) -> list[str]:
        """Where the next answer begins: after this page, or, where it is the last, after all."""
        number, type_, id_ = (
            f"case when page.more then page.{key} else {end} end"
            for key, end in (
                ("number", "since.last"),
                ("type", literal(LAST)),
                ("id", f"'{NOBODY}'::uuid"),
            )
        )
        return [f"({each})::text" for each in ("since.epoch", _VIEWER, number, type_, id_)]

    def _row(self, nodes: list[FieldNode]) -> str:
        """The JSON text of a row as the viewer sees it, whatever its type."""
        with self.compiler.cost.on_pages_of(self.read_size):
            cases = "".join(
                f" when {literal(name)} then {self._found(name, nodes)}"
                for name in self.source.types
            )
        return f"case when {self.row}.place <= {self.size} then case {self.row}.type{cases} end end"

    def _found(self, name: str, nodes: list[FieldNode]) -> str:
        rows = self.compiler.rows(name, f"{{row}}.id = {self.row}.id", "")
        return self.compiler.one(rows, self.compiler.model.type(name), nodes)

    def _page(self) -> str:
        """What the answer is made of, from one row more than it has: that tells of others."""
        if not self.texts:
            self.texts.append(self._row([]))
        texts = "".join(f", {text} as text{place}" for place, text in enumerate(self.texts))
        changed = "".join(
            f", string_agg(seen.text{place}, ',' order by seen.place) as changed{place}"
            for place in range(len(self.texts))
        )
        on_page = f"seen.place <= {self.size}"
        last = "".join(
            f", (array_agg(seen.{column}) filter (where seen.place = {self.size}))[1] as {name}"
            for column, name in (("changed", "number"), ("type", "type"), ("id", "id"))
        )
        return f"""
            select count(*) > {self.size} as more{changed}{last},
                string_agg(to_json(seen.type || ':' || seen.id)::text, ',' order by seen.place)
                    filter (where {on_page} and seen.text0 is null) as gone
            from (select {self.row}.*{texts} from ({self._rows()}) {self.row} offset 0) seen"""

    def _rows(self) -> str:
        relations = [
            f"select {literal(name)} as type, e.id, e.changed from ({self._filled(sql)}) e"
            for name, sql in self.source.relations
        ]
        after = """e.changed >= since.number and (e.changed, e.type collate "C", e.id)
            > (since.number, since.type, since.id)"""
        branches = " union all ".join(
            f"(select e.* from ({each}) e where {after} order by e.changed, e.id limit {MOST + 1})"
            for each in (*relations, _DEPARTURES)
        )
        order = 'e.changed, e.type collate "C", e.id'
        return f"""
            select e.*, row_number() over (order by {order}) as place from ({branches}) e
            order by {order} limit {self.size} + 1"""

    def _filled(self, relation: str) -> str:
        self.compiler.cost.add_place()
        return fill(relation, since="since.number")

    def _since(self) -> str:
        given = self.arguments.given("since")
        columns = [f"null::{type_}" for type_ in CURSOR]
        if given:
            columns = self.compiler.parameters.add_group(CURSOR, self._read_cursor)
        epoch, person, number, type_, id_ = columns
        return _SINCE.format(
            given="true" if given else "false",
            epoch=epoch,
            person=person,
            number=number,
            type=type_,
            id=id_,
            nobody=NOBODY,
            viewer=_VIEWER,
            clock=NOW,
            kept=KEPT,
            current=_EPOCH,
            latest=_LAST,
        )

    def _read_cursor(self, values: VariableValues) -> tuple[object, ...]:
        found = read_cursor(self.arguments.reader("since")(values), self.type.name, CURSOR)
        if found is None:
            message = f"`since` takes a cursor that `{self.arguments.node.name.value}` gave out."
            raise refused("BAD_CURSOR", message, [self.arguments.node])
        return found
