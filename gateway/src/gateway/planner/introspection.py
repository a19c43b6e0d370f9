"""What an operation asks of the schema itself: answered by graphql-core's own executor."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    execute_sync,
)
from graphql.execution.values import VariableValues

from gateway.planner.collect import Fields, selections_of
from gateway.planner.documents import Document
from gateway.planner.errors import beyond

INTROSPECTION = ("__schema", "__type")
MOST_OF_SCHEMA = 80_000  # fields of its description; they take 4 us each, in another thread
MOST_BESIDE_DATA = 1_000  # the same, where it cannot be left to another thread


class Introspection:
    """The schema's part of one operation."""

    def __init__(
        self, schema: GraphQLSchema, document: Document, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._fragments = tuple(document.fragments.values())
        self._spread = {each.name.value: each.selection_set for each in self._fragments}
        self._operation = operation
        self.weight = 0  # about how many fields are answered

    def weigh(self, fields: Fields) -> None:
        """Raises RequestError where the root fields ask for too much of the schema."""
        asked = [nodes for nodes in fields.values() if nodes[0].name.value in INTROSPECTION]
        selections = [each for nodes in asked for each in selections_of(nodes)]
        lengths = _lengths(self._schema)
        self.weight = round(sum(self._weight(each, lengths) for each in selections))
        most = MOST_OF_SCHEMA if len(asked) == len(fields) else MOST_BESIDE_DATA
        if self.weight > most:
            advice = "ask for the schema by itself, as tools do, or read its file"
            raise beyond("fields of the schema", self.weight, most, advice)

    def _weight(self, selections: SelectionSetNode, lengths: Mapping[str, float]) -> float:
        """Written out, as the limits of a document allow."""
        weight = 0.0
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                inner = selection.selection_set
                each = 1 + (self._weight(inner, lengths) if inner else 0)
                weight += each * lengths.get(selection.name.value, 1)
            elif isinstance(selection, FragmentSpreadNode):
                weight += self._weight(self._spread[selection.name.value], lengths)
            else:
                assert isinstance(selection, InlineFragmentNode)
                weight += self._weight(selection.selection_set, lengths)
        return weight

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


@lru_cache(maxsize=2)
def _lengths(schema: GraphQLSchema) -> Mapping[str, float]:
    """How long the lists of a schema's description are, on average."""
    types = list(schema.type_map.values())
    composite = [
        each for each in types if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)
    ]
    fields: list[GraphQLField] = [field for each in composite for field in each.fields.values()]
    inputs = [each for each in types if isinstance(each, GraphQLInputObjectType)]
    enums = [each for each in types if isinstance(each, GraphQLEnumType)]
    return {
        "types": len(types),
        "directives": len(schema.directives),
        "fields": len(fields) / len(types),
        "args": sum(len(field.args) for field in fields) / len(fields),
        "inputFields": sum(len(each.fields) for each in inputs) / len(types),
        "enumValues": sum(len(each.values) for each in enums) / len(types),
        "interfaces": sum(len(each.interfaces) for each in composite) / len(types),
    }
