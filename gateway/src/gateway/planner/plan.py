"""Plans: from a request to the bytes of its answer."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import strawberry
from cachetools import LRUCache
from graphql import OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues

from chassis.database import Connection
from gateway.planner.documents import Document, read_document
from gateway.planner.readmodel import ReadModel
from gateway.planner.statements import Statement, compile_statement
from gateway.planner.variables import coerce, shape

CONNECTION_SETTINGS = {
    "timezone": "UTC",  # moments are written with the offset +00:00
    "plan_cache_mode": "force_generic_plan",  # each connection plans a statement once
    "jit": "off",  # answers take less time than compiling would
}

DOCUMENTS = 4 * 1024 * 1024  # characters of documents that are remembered
STATEMENTS = 32 * 1024 * 1024  # characters of SQL that are remembered


@dataclass(frozen=True, slots=True)
class Viewer:
    """On whose behalf an operation runs."""

    organisation_id: UUID
    person_id: UUID | None  # None while the projection of the person is on its way
    roles: frozenset[str] = frozenset()  # "administrator", "operator"


@dataclass(frozen=True, slots=True)
class Call:
    """A root field of a mutation that is to be carried out."""

    key: str  # its response key
    name: str  # the field's name in the schema
    arguments: dict[str, Any]  # coerced, by their names in the schema


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: the type of its result, and what its fields are made of."""

    type: str
    values: Mapping[str, object]

    def json(self) -> str:
        return msgspec.json.encode({**self.values, "__typename": self.type}).decode()


class Plan:
    """A compiled operation with the values of one request."""

    def __init__(self, statement: Statement, values: VariableValues) -> None:
        """Raises RequestError for a value that will not do."""
        self.kind: OperationType = statement.operation.operation
        self.name = statement.operation.name and statement.operation.name.value
        self.calls = tuple(
            Call(key, name, arguments) for key, name, arguments in statement.calls(values)
        )
        self._statement = statement
        self._values = values
        self._arguments = statement.parameters.read(values)
        statement.cost.check(values)

    async def run(
        self,
        connection: Connection,
        viewer: Viewer,
        outcomes: Mapping[str, Outcome | None] | None = None,
    ) -> bytes:
        """`{"data":…}`; a mutation needs the outcome of each of its calls, by key."""
        if self._statement.sql is None:
            return self._statement.introspection.whole(self._values)
        known = {key: each and each.json() for key, each in (outcomes or {}).items()}
        answer = await connection.fetchval(
            self._statement.sql,
            viewer.organisation_id,
            viewer.person_id,
            "administrator" in viewer.roles,
            "operator" in viewer.roles,
            *self._statement.parameters.fill(self._arguments, known),
        )
        assert isinstance(answer, str)
        return answer.encode()


class Planner:
    """Compiles the operations of one schema, and remembers what it compiled, up to a bound."""

    def __init__(self, schema: strawberry.Schema) -> None:
        """Raises SchemaError for a schema that cannot be read safely."""
        self._model = ReadModel(schema)
        self._documents = LRUCache[str, Document](DOCUMENTS, getsizeof=lambda each: len(each.text))
        self._statements = LRUCache[Hashable, Statement](
            STATEMENTS, getsizeof=lambda each: len(each.sql or "") + 1000
        )

    def plan(
        self,
        text: str,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Plan:
        """Raises RequestError with what is wrong, before anything has run."""
        document = self._documents.get(text)
        if document is None:
            document = read_document(self._model.graphql, text)
            self._documents[text] = document
        operation = document.operation(operation_name)
        values = coerce(self._model.graphql, operation, variables or {})
        return Plan(self._statement(document, operation, values), values)

    def _statement(
        self, document: Document, operation: OperationDefinitionNode, values: VariableValues
    ) -> Statement:
        name = operation.name and operation.name.value
        variables = shape(self._model, operation, values.coerced)
        key = (document.text, name, variables)
        statement = self._statements.get(key)
        if statement is None:
            statement = compile_statement(self._model, document, operation, values)
            self._statements[key] = statement
        return statement
