"""The planner answers as plain execution does, to the byte."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from contracts.profiles import Person
from gateway.planner import Planner, Viewer
from support.databases import ServiceDatabase
from support.reading.network import random_network
from support.reading.operations import Operation, operations
from support.reading.plain import SCHEMA, answer
from support.reading.store import fill, reader

HERE = UUID("0193b6f0-0000-7000-8000-000000000001")
ELSEWHERE = UUID("0193b6f0-0000-7000-8000-000000000002")


@pytest.fixture(scope="module")
async def rows(read_model: ServiceDatabase) -> list[Any]:
    """All there is in two organisations, which the read model then has."""
    states = [*random_network(1, HERE), *random_network(2, ELSEWHERE)]
    await fill(read_model.pipe, states)
    return states


def viewers(rows: list[Any]) -> st.SearchStrategy[Viewer]:
    return st.builds(
        lambda person, known, roles: Viewer(
            person.organisation_id, person.id if known else None, frozenset(roles)
        ),
        st.sampled_from([row for row in rows if isinstance(row, Person)]),
        st.sampled_from([True] * 9 + [False]),
        st.sampled_from([(), (), ("administrator",)]),
    )


def test_random_operations(planner: Planner, read_model: ServiceDatabase, rows: list[Any]) -> None:
    with asyncio.Runner() as runner:
        opening = reader(read_model.app)
        connection = runner.run(opening.__aenter__())

        async def both(operation: Operation, viewer: Viewer) -> tuple[bytes, bytes]:
            async with connection.transaction():  # in which now() stands still
                now = await connection.fetchval("select now()")
                assert isinstance(now, datetime)
                plan = planner.plan(operation.text, None, operation.variables)
                planned = await plan.run(connection, viewer)
            return planned, answer(rows, viewer, now, operation.text, operation.variables)

        @settings(
            max_examples=200,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(operations(SCHEMA, rows), viewers(rows))
        def are_the_same(operation: Operation, viewer: Viewer) -> None:
            assume(not validate(SCHEMA, parse(operation.text)))
            planned, plain = runner.run(both(operation, viewer))
            assert planned == plain

        are_the_same()
        runner.run(opening.__aexit__(None, None, None))
