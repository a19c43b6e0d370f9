"""Plans: from a request to the bytes of its answer."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import strawberry
from cachetools import LRUCache
from graphql import OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues

from chassis.database import Connection
from gateway.planner.ceiling import ceiling
from gateway.planner.documents import Document, read_document
from gateway.planner.readmodel import ReadModel
from gateway.planner.statements import Statement, compile_statement

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
    """A root field of a mutation, which is to be carried out, or of a subscription."""

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
            Call(key, name, arguments) for key, name, arguments in statement.called(values)
        )
        self.statement = statement
        self._values = values
        self.arguments = statement.parameters.read(values)
        self.rows = statement.cost.rows(values)  # that the request may come to
        self.cost = statement.points(values, self.rows)

    async def run(
        self,
        connection: Connection,
        viewer: Viewer,
        outcomes: Mapping[str, Outcome | None] | None = None,
    ) -> bytes:
        """`{"data":…}`; a mutation needs the outcome of each of its calls, by key."""
        if self.statement.sql is None:
            # Describing the whole schema would hold up everybody else.
            return await asyncio.to_thread(self.statement.introspection.whole, self._values)
        known = {key: each and each.json() for key, each in (outcomes or {}).items()}
        arguments = self.statement.parameters.fill(self.arguments, known)
        answer = await connection.fetchval(
            self.statement.sql, viewer.organisation_id, *_row(viewer, arguments)
        )
        assert isinstance(answer, str)
        return answer.encode()


async def run_shared(
    connection: Connection, requests: Sequence[tuple[Plan, Viewer]]
) -> list[bytes]:
    """The answers to queries that have one statement and one tenant, in their order."""
    plan, viewer = requests[0]
    rows = [_row(each, plan.arguments) for plan, each in requests]
    answers = await connection.fetch(
        plan.statement.shared_sql, viewer.organisation_id, *map(list, zip(*rows, strict=True))
    )
    by_place: dict[int, str] = dict(answers)
    return [by_place[place].encode() for place in range(1, len(requests) + 1)]


def _row(viewer: Viewer, arguments: Sequence[Any]) -> list[Any]:
    """What a statement's source has of a request besides the tenant."""
    administrator, operator = "administrator" in viewer.roles, "operator" in viewer.roles
    return [viewer.person_id, administrator, operator, *arguments]


class Planner:
    """Compiles the operations of one schema, and remembers what it compiled, up to a bound."""

    def __init__(self, schema: strawberry.Schema) -> None:
        """Raises SchemaError for a schema that cannot be read safely."""
        self._model = ReadModel(schema)
        self._documents = LRUCache[str, Document](DOCUMENTS, getsizeof=lambda each: len(each.text))
        self._statements = LRUCache[Hashable, Statement](
            STATEMENTS, getsizeof=lambda each: 2 * len(each.answer or "") + 1000
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
        values = document.variables(self._model.graphql, operation).coerce(variables or {})
        return Plan(self._statement(document, operation, values), values)

    def ceilings(self, text: str) -> dict[str, int]:
        """The most that each operation of a document can cost, by its name.

        Raises RequestError for a document that is refused, or may be.
        """
        document = read_document(self._model.graphql, text)
        return {
            each.name.value if each.name else "": ceiling(self._model, document, each)
            for each in document.operations
        }

    def _statement(
        self, document: Document, operation: OperationDefinitionNode, values: VariableValues
    ) -> Statement:
        name = operation.name and operation.name.value
        declared = document.variables(self._model.graphql, operation)
        key = (document.text, name, declared.shape(self._model.tables, values.coerced))
        statement = self._statements.get(key)
        if statement is None:
            statement = compile_statement(self._model, document, operation, values)
            self._statements[key] = statement
        return statement
