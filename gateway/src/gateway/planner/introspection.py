"""What an operation asks of the schema itself: answered by graphql-core's own executor."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    execute_sync,
)
from graphql.execution.values import VariableValues

from gateway.planner.documents import Document

INTROSPECTION = ("__schema", "__type")


class Introspection:
    """The schema's part of one operation."""

    def __init__(
        self, schema: GraphQLSchema, document: Document, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._fragments = tuple(document.fragments.values())
        self._operation = operation

    def whole(self, values: VariableValues) -> bytes:
        """The answer of an operation that asks for nothing else."""
        return msgspec.json.encode({"data": self._execute(self._operation, values)})

    def reader(self, key: str, nodes: Iterable[FieldNode]) -> Callable[[VariableValues], str]:
        """How the JSON text of one root field is found."""
        operation = OperationDefinitionNode(
            operation=self._operation.operation,
            variable_definitions=self._operation.variable_definitions,
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(nodes)),
        )
        return lambda values: msgspec.json.encode(self._execute(operation, values)[key]).decode()

    def _execute(
        self, operation: OperationDefinitionNode, values: VariableValues
    ) -> dict[str, Any]:
        given = {
            name: source.value
            for name, source in values.sources.items()
            if source.value is not Undefined
        }
        document = DocumentNode(definitions=(operation, *self._fragments))
        result = execute_sync(self._schema, document, variable_values=given)
        assert result.data is not None  # a valid document over the schema meets no error
        return result.data
