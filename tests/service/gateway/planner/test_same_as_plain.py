"""The planner answers as plain execution does, to the byte."""

import asyncio
from typing import Any

from contracts.profiles import Person
from gateway.planner import Planner, Viewer
from graphql import parse, validate
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.databases import ServiceDatabase
from support.reading.operations import Operation, operations
from support.reading.plain import SCHEMA, Plain
from support.reading.store import reader


def viewers(rows: list[Any]) -> st.SearchStrategy[Viewer]:
    return st.builds(
        lambda person, known, roles: Viewer(
            person.organisation_id, person.id if known else None, frozenset(roles)
        ),
        st.sampled_from([row for row in rows if isinstance(row, Person)]),
        st.sampled_from([True] * 9 + [False]),
        st.sampled_from([(), (), ("administrator",)]),
    )


def test_random_operations(
    planner: Planner, read_model: ServiceDatabase, rows: list[Any]
) -> None:
    with asyncio.Runner() as runner:
        opening = reader(read_model.app)
        connection = runner.run(opening.__aenter__())

        async def both(operation: Operation, viewer: Viewer) -> tuple[bytes, bytes]:
            async with connection.transaction():  # in which now() stands still
                now = await connection.fetchval("select now()")
                plan = planner.plan(operation.text, None, operation.variables)
                planned = await plan.run(connection, viewer)
            plain = Plain(rows, viewer, now)
            return planned, plain.answer(operation.text, operation.variables)

        @settings(
            max_examples=200,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(operations(SCHEMA, rows), viewers(rows))
        def are_the_same(operation: Operation, viewer: Viewer) -> None:
            assume(not validate(SCHEMA, parse(operation.text)))
            planned, plain = runner.run(both(operation, viewer))
            assert planned == plain

        are_the_same()
        runner.run(opening.__aexit__(None, None, None))
