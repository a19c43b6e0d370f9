"""Plans: from a request to the bytes of its answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import strawberry
from chassis.database import Connection
from graphql import OperationType

CONNECTION_SETTINGS = {
    "timezone": "UTC",  # moments are written with the offset +00:00
    "plan_cache_mode": "force_generic_plan",  # the statement is planned once a connection
    "jit": "off",  # answers take less time than compiling would
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """On whose behalf an operation runs."""

    organisation_id: UUID
    person_id: UUID | None  # None while the projection of the person is on its way
    roles: frozenset[str] = frozenset()  # "administrator"


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


class Plan:
    """A compiled operation with the values of one request."""

    kind: OperationType
    calls: tuple[Call, ...]

    async def run(
        self,
        connection: Connection,
        viewer: Viewer,
        outcomes: Mapping[str, Outcome | None] | None = None,
    ) -> bytes:
        """`{"data":…}`; a mutation needs the outcome of each of its calls, by key."""
        raise NotImplementedError


class Planner:
    """Compiles the operations of one schema, and remembers what it compiled."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self.schema = schema

    def plan(
        self,
        text: str,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Plan:
        """Raises RequestError with everything that is wrong, before anything has run."""
        raise NotImplementedError
