"""Statements: a whole operation as SQL, and the parts of it that SQL does not answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import FieldNode, GraphQLObjectType, OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues

from gateway.planner.arguments import argument_values
from gateway.planner.collect import Collector
from gateway.planner.compile import TYPENAME, Compiler
from gateway.planner.cost import Cost, cost, items_in
from gateway.planner.documents import Document
from gateway.planner.introspection import INTROSPECTION, Introspection
from gateway.planner.parameters import Parameters
from gateway.planner.readmodel import ReadModel
from gateway.planner.sql import concat, json_object, shared_statement, statement


@dataclass(frozen=True, eq=False)
class Statement:
    """An operation, compiled for one shape of its variables."""

    operation: OperationDefinitionNode
    answer: str | None  # the expression of the answer; None: it asks for the schema only
    parameters: Parameters
    cost: Cost
    introspection: Introspection
    calls: tuple[tuple[str, FieldNode], ...]  # but for queries: the root fields by response key
    root: GraphQLObjectType
    tables: frozenset[str]  # whose rows it answers with

    @cached_property
    def sql(self) -> str | None:
        return self.answer and statement(self.answer, self.parameters.types)

    @cached_property
    def shared_sql(self) -> str:
        """For several requests at once."""
        assert self.answer is not None
        return shared_statement(self.answer, self.parameters.types)

    def points(self, values: VariableValues, rows: int) -> int:
        """What a request costs that comes to so many rows."""
        if self.operation.operation is not OperationType.MUTATION:
            return cost(rows=rows, of_schema=self.introspection.weight)
        arguments = [each for _, _, each in self.called(values)]
        return cost(rows=rows, mutations=len(arguments), items=sum(map(items_in, arguments)))

    def called(self, values: VariableValues) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """The root fields in their order: the response key, the field's name, the arguments."""
        for key, node in self.calls:
            definition = self.root.fields[node.name.value]
            yield key, node.name.value, argument_values(definition, node, values)


def compile_statement(
    model: ReadModel, document: Document, operation: OperationDefinitionNode, values: VariableValues
) -> Statement:
    root = model.graphql.get_root_type(operation.operation)
    assert root is not None  # validation saw to it
    collector = Collector(model.graphql, document.fragments, values.coerced)
    compiler = Compiler(model, collector, values)
    introspection = Introspection(model.graphql, document, operation)
    fields = collector.fields(root, [operation.selection_set])
    introspection.weigh(fields)
    mutation = operation.operation is OperationType.MUTATION

    def member(key: str, nodes: list[FieldNode]) -> str:
        name = nodes[0].name.value
        if name in INTROSPECTION:
            return compiler.parameters.add("text", introspection.reader(key, nodes))
        if mutation and name != TYPENAME:
            return compiler.outcome(key, root.fields[name], nodes)
        return compiler.member(root, nodes)

    def answer() -> str:
        members = json_object([(key, member(key, nodes)) for key, nodes in fields.items()])
        return concat(["""'{"data":'""", members, "'}'"])

    names = {nodes[0].name.value for nodes in fields.values()}
    return Statement(
        operation=operation,
        answer=None if names <= {TYPENAME, *INTROSPECTION} else answer(),
        parameters=compiler.parameters,
        cost=compiler.cost,
        introspection=introspection,
        calls=tuple(
            (key, nodes[0])
            for key, nodes in fields.items()
            if operation.operation is not OperationType.QUERY and nodes[0].name.value != TYPENAME
        ),
        root=root,
        tables=frozenset(compiler.tables),
    )
