"""An operation becomes SQL: each object a subquery that makes the object's JSON text."""

from collections.abc import Iterator, Mapping
from itertools import count

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLType,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.values import VariableValues

from gateway.planner.arguments import Arguments
from gateway.planner.byid import by_id
from gateway.planner.collect import Collector, Fields, selections_of
from gateway.planner.connections import connection
from gateway.planner.cost import Cost
from gateway.planner.feed import feed
from gateway.planner.leaves import json_of, json_of_list, leaf_in, postgres_type
from gateway.planner.model import (
    ById,
    Column,
    Computed,
    Count,
    Feed,
    Filter,
    Found,
    Index,
    Listed,
    Many,
    One,
    OneOf,
    Order,
)
from gateway.planner.parameters import Parameters
from gateway.planner.readmodel import ReadModel
from gateway.planner.rows import Row, Rows, Structure, TableRow, fill
from gateway.planner.sql import json_array, json_object, literal, word

TYPENAME = "__typename"
ORDER_BY = "orderBy"  # the argument that names a connection's order


class Compiler:
    """Compiles one operation; `values` are the variables of the request that first asked for it."""

    def __init__(self, model: ReadModel, collector: Collector, values: VariableValues) -> None:
        self.model = model
        self.collector = collector
        self.values = values
        self.parameters = Parameters()
        self.cost = Cost()
        self.tables: set[str] = set()  # that are read, but for those that only say who sees what
        self._aliases = count(1)

    def alias(self) -> str:
        return f"t{next(self._aliases)}"

    def fields(self, type_: GraphQLObjectType, nodes: list[FieldNode]) -> Fields:
        """What the nodes of one response key ask of an object of the type."""
        return self.collector.fields(type_, selections_of(nodes))

    def object(self, type_: GraphQLObjectType, nodes: list[FieldNode], row: Row) -> str:
        """The JSON text of an object."""
        fields = self.fields(type_, nodes)
        return json_object((key, self.member(type_, each, row)) for key, each in fields.items())

    def member(
        self, type_: GraphQLObjectType, nodes: list[FieldNode], row: Row | None = None
    ) -> str:
        """The JSON text of a field, `null` where there is nothing. Roots have no row."""
        name = nodes[0].name.value
        if name == TYPENAME:
            return word(type_.name)
        definition = type_.fields[name]
        text = self._field(type_, definition, nodes, row)
        if isinstance(definition.type, GraphQLNonNull) and not isinstance(row, Structure):
            return text  # columns are as strict as the schema
        return f"coalesce({text}, 'null')"

    def outcome(self, key: str, definition: GraphQLField, nodes: list[FieldNode]) -> str:
        """The JSON text of what came of a mutation's field, which is known only when it has run."""
        column = self.parameters.add_outcome(key)
        return f"coalesce({self._structure(definition.type, nodes, column)}, 'null')"

    def rows(self, type_name: str, on: str, parent: str, via: Rows | None = None) -> Rows:
        """The rows of a type that `on` relates to the parent and the viewer may see."""
        self.cost.add_place()
        alias = self.alias()
        table = self.model.tables[type_name]
        self.tables.add(table.name)
        condition = fill(on, row=alias, parent=parent, via=via.alias if via else "")
        return Rows.of(table, alias, (condition,), via=via)

    def narrowed(
        self, rows: Rows, filters: Mapping[str, Filter], arguments: Arguments, parent: str
    ) -> Rows:
        """Only those rows that the arguments ask for."""
        indexed = self.indexed(filters, arguments)
        conditions = (
            self._condition(filter_, name, arguments, rows.alias, parent)
            for name, filter_ in self._filters(filters, arguments)
            if indexed is None or name != indexed[0]
        )
        narrowed = rows.and_(*conditions)
        if indexed is None:
            return narrowed
        name, filter_, index = indexed
        ids = fill(index.rows, parent=parent, value=self._value(filter_, name, arguments))
        return narrowed.found(index, ids)

    def order(self, source: Many, arguments: Arguments) -> Order:
        """The order that the arguments name; or that of the index which finds the rows."""
        named = source.orders.get(arguments.now.get(ORDER_BY))
        if named is not None:
            return named
        indexed = self.indexed(source.filters, arguments)
        return (indexed and indexed[2].order) or source.order

    def indexed(
        self, filters: Mapping[str, Filter], arguments: Arguments
    ) -> tuple[str, Filter, Index] | None:
        """The argument by whose index the rows are found, if one is."""
        for name, filter_ in self._filters(filters, arguments):
            if arguments.given(name) and filter_.index is not None:
                return name, filter_, filter_.index
            if arguments.given(name) and filter_.few:
                return None
        return None

    def _filters(
        self, filters: Mapping[str, Filter], arguments: Arguments
    ) -> Iterator[tuple[str, Filter]]:
        """The filters by the names of their arguments in the schema."""
        for name, python_name in self.model.argument_names(arguments.definition):
            if python_name in filters:
                yield name, filters[python_name]

    def _condition(
        self, filter_: Filter, name: str, arguments: Arguments, row: str, parent: str
    ) -> str:
        match filter_.condition:
            case str() as condition:
                if not arguments.given(name):
                    return "true"
                return fill(
                    condition, row=row, parent=parent, value=self._value(filter_, name, arguments)
                )
            case choices:
                chosen = choices.get(arguments.now.get(name), "true")
                return fill(chosen, row=row, parent=parent)

    def _value(self, filter_: Filter, name: str, arguments: Arguments) -> str:
        if filter_.id_of is not None:
            return self.parameters.add("uuid", arguments.id_reader(name, filter_.id_of))
        leaf = leaf_in(arguments.definition.args[name].type)
        assert leaf is not None
        reader = arguments.word_reader(name)
        if (made := filter_.reads) is not None:
            return self.parameters.add(
                filter_.type or postgres_type(leaf[0]), lambda values: made(reader(values))
            )
        return self.parameters.add(postgres_type(leaf[0]), reader)

    def _field(
        self,
        type_: GraphQLObjectType,
        definition: GraphQLField,
        nodes: list[FieldNode],
        row: Row | None,
    ) -> str:
        parent = row.alias if row else ""
        arguments = Arguments(definition, nodes[0], self.values)
        match self.model.source(type_, nodes[0].name.value):
            case Column() | Computed() as source:
                assert row is not None
                text = self._value_of(type_, definition.type, source, nodes, row)
                return seen(text, source.sees, row)
            case One() as source:
                return self._one(source, nodes, arguments, parent)
            case Many() as source:
                return connection(self, source, nodes, arguments, parent)
            case Count(type=counted, on=on):
                with self.cost.on_count():
                    return f"{self.rows(counted, on, parent).count()}::text"
            case OneOf() as source:
                return self._one_of(source, nodes, parent)
            case ById(argument=argument):
                return by_id(self, nodes, arguments, argument)
            case Feed() as source:
                return feed(self, source, nodes, arguments)
            case Found() as source:
                read = arguments.reader(source.argument)
                value = self.parameters.add("jsonb", lambda values: source.find(read(values)))
                return self._structure(definition.type, nodes, value)
            case Listed() as source:
                return self._listed(source, definition.type, nodes, arguments)

    def one(
        self, rows: Rows, type_: GraphQLObjectType, nodes: list[FieldNode], order: str = ""
    ) -> str:
        """The JSON text of the first of the rows, or a null of SQL."""
        text = self.object(type_, nodes, TableRow(rows.alias))
        return f"({rows.select(text, order, '1' if order else '')})"

    def _one(
        self,
        source: One,
        nodes: list[FieldNode],
        arguments: Arguments,
        parent: str,
    ) -> str:
        type_ = self.model.type(get_named_type(arguments.definition.type).name)
        via = self.rows(source.via.type, source.via.on, parent) if source.via else None
        rows = self.rows(type_.name, source.on, parent, via)
        narrowed = self.narrowed(rows, source.filters, arguments, parent)
        order = fill(source.order, row=rows.alias, via=via.alias if via else "")
        return self.one(narrowed, type_, nodes, order)

    def _listed(
        self, source: Listed, output: GraphQLType, nodes: list[FieldNode], arguments: Arguments
    ) -> str:
        value = self.parameters.add("uuid", arguments.uuid_reader(source.argument))
        made = f"case when {fill(source.sees)} then {fill(source.sql, value=value)} end"
        row = self.alias()
        text = self._structure(output, nodes, f"{row}.made")
        return f"(select {text} from (select {made} as made offset 0) {row})"

    def _one_of(self, source: OneOf, nodes: list[FieldNode], parent: str) -> str:
        cases = "".join(
            f" when {literal(tag)} then "
            + self.one(self.rows(name, source.on, parent), self.model.type(name), nodes)
            for tag, name in source.types.items()
        )
        return f"case {fill(source.tag, parent=parent)}{cases} end"

    def _value_of(
        self,
        type_: GraphQLObjectType,
        output: GraphQLType,
        source: Column | Computed,
        nodes: list[FieldNode],
        row: Row,
    ) -> str:
        leaf = leaf_in(output)
        if isinstance(source, Computed):
            assert leaf is not None
            return json_of(leaf[0], fill(source.sql, row=row.alias))
        if leaf is None:
            items = source.items or "true"
            return self._structure(output, nodes, row.structure(source.name), row.alias, items)
        if source.name == "id" and type_.name in self.model.tables:
            return f"concat('\"{type_.name}:', {row.scalar('id', 'uuid')}, '\"')"
        leaf_type, listed = leaf
        postgres = postgres_type(leaf_type)
        if listed:
            return json_of_list(leaf_type, row.scalars(source.name, postgres))
        return json_of(leaf_type, row.scalar(source.name, postgres))

    def _structure(
        self,
        output: GraphQLType,
        nodes: list[FieldNode],
        json: str,
        parent: str = "",
        items: str = "true",
    ) -> str:
        """The JSON text of a structured value: an object, a list, one of a union, or by its id.

        Of a list it has those of which `items` holds, over the parent's row and the item.
        """
        type_ = output.of_type if isinstance(output, GraphQLNonNull) else output
        if isinstance(type_, GraphQLList):
            item = self.alias()
            text = self._structure(type_.of_type, nodes, f"{item}.item")
            rows = f"jsonb_array_elements({json}) with ordinality {item}(item, place)"
            shown = fill(items, row=parent, item=f"{item}.item")
            listed = json_array(
                f"select coalesce({text}, 'null') from {rows} where {shown} order by {item}.place"
            )
            return f"case when {json} is not null then {listed} end"
        if is_abstract_type(type_):
            cases = "".join(
                f" when {literal(each.name)} then {self.object(each, nodes, Structure(json))}"
                for each in self.collector.schema.get_possible_types(type_)
            )
            return f"case {json} ->> '{TYPENAME}'{cases} end"
        assert isinstance(type_, GraphQLObjectType)
        if type_.name in self.model.tables:
            on = f"{{row}}.id = ({json} #>> array[]::text[])::uuid"
            return self.one(self.rows(type_.name, on, ""), type_, nodes)
        text = self.object(type_, nodes, Structure(json))
        return f"case when {json} is not null then {text} end"


def seen(text: str, sees: str | None, row: Row) -> str:
    """The text as far as the viewer may see the field."""
    if sees is None:
        return text
    return f"case when {fill(sees, row=row.alias)} then {text} end"
