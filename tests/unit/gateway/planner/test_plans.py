"""What a request is refused for before it runs, and what shares a statement."""

from typing import Any

import pytest
from graphql import OperationType

from gateway.planner import Planner, RequestError

ID = "0193b6f0-0000-7000-8000-000000000001"


def sql(planner: Planner, text: str, **variables: Any) -> str:
    statement = planner.plan(text, None, variables).statement
    assert statement.sql is not None
    return statement.sql


def refused(planner: Planner, text: str, **variables: Any) -> RequestError:
    with pytest.raises(RequestError) as caught:
        planner.plan(text, None, variables)
    return caught.value


@pytest.mark.parametrize(
    ("text", "variables", "code"),
    [
        ("{ viewer { ", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ viewer { nope } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { people(first: $n) { totalCount } }", {}, "BAD_USER_INPUT"),
        ("query ($n: Int!) { people(first: $n) { totalCount } }", {"n": "2"}, "BAD_USER_INPUT"),
        ("query ($n: Int!) { people(first: $n) { totalCount } }", {"n": 2**31}, "BAD_USER_INPUT"),
        ("query ($n: Int) { people(first: $n) { totalCount } }", {"n": 0}, "BAD_PAGE"),
        ("query ($n: Int) { people(last: $n) { totalCount } }", {"n": -1}, "BAD_PAGE"),
        ("{ people(first: 101) { totalCount } }", {}, "BAD_PAGE"),
        ("{ people(first: 1, last: 1) { totalCount } }", {}, "BAD_PAGE"),
        ("query ($c: Cursor) { people(after: $c) { totalCount } }", {"c": "x"}, "BAD_CURSOR"),
        ('{ people(before: "x") { totalCount } }', {}, "BAD_CURSOR"),
        ('{ node(id: "x") { id } }', {}, "BAD_ID"),
        (f'{{ people(site: "Person:{ID}") {{ totalCount }} }}', {}, "BAD_ID"),
        (f'{{ programme(id: "{ID}") {{ id }} }}', {}, "BAD_ID"),
        ("query ($t: ID!) { node(id: $t) { id } }", {"t": "a\x00b"}, "BAD_TEXT"),
        ("query ($t: [ID!]!) { nodes(ids: $t) { id } }", {"t": ["ok", "a\ud800"]}, "BAD_TEXT"),
        ("query ($t: ID!) { node(id: $t) { id } }", {"t": {"deep": ["a\x00"]}}, "BAD_TEXT"),
        ('{ node(id: "a\\u0000b") { id } }', {}, "BAD_TEXT"),
        ("query A { viewer { id } } query B { viewer { id } }", {}, "OPERATION_RESOLUTION_FAILURE"),
        ("fragment F on Person { id }", {}, "GRAPHQL_VALIDATION_FAILED"),
        (
            "query ($yes: Boolean = true) { viewer { id @include(if: $yes) } }",
            {"yes": None},
            "BAD_USER_INPUT",
        ),
        (
            f'query ($id: ID = "Programme:{ID}") {{ programme(id: $id) {{ id }} }}',
            {"id": None},
            "BAD_USER_INPUT",
        ),
    ],
)
def test_refusals(planner: Planner, text: str, variables: dict[str, Any], code: str) -> None:
    error = refused(planner, text, **variables)
    assert error.code == code
    assert {each.extensions["code"] for each in error.errors if each.extensions} == {code}
    assert error.body().startswith(b'{"errors":[{"message":')


def test_a_refusal_says_where(planner: Planner) -> None:
    error = refused(planner, "{\n  people(first: 101) { totalCount } }")
    assert error.body() == (
        b'{"errors":[{"message":"`first` is 1 to 100, not 101.",'
        b'"locations":[{"line":2,"column":3}],"extensions":{"code":"BAD_PAGE"}}]}'
    )


def test_no_names_are_suggested(planner: Planner) -> None:
    for text in (
        "{ viewr { id } }",
        "{ viewer { ful_name } }",
        "{ people(frst: 1) { totalCount } }",
    ):
        assert "mean" not in str(refused(planner, text))


def test_which_operation(planner: Planner) -> None:
    text = "query A { viewer { id } } mutation B { __typename }"
    assert planner.plan(text, "A").kind is OperationType.QUERY
    assert planner.plan(text, "B").kind is OperationType.MUTATION
    with pytest.raises(RequestError, match="no operation named 'C'"):
        planner.plan(text, "C")


def test_values_never_stand_in_the_sql(planner: Planner) -> None:
    canary = "canary'\"$1{row}\\"
    text = """query ($site: ID, $n: Int = 7, $status: ProgrammeStatus) {
        people(site: $site, first: $n) { totalCount edges { cursor } }
        programmes(status: $status, last: 13) { totalCount }
        unknown: node(id: "Nothing:0193b6f0-0000-7000-8000-000000000009") { id }
    }"""
    found = sql(planner, text, site=f"Site:{ID}", status="OPEN")
    for value in (ID, "7", "13", "000000000009", "open"):
        assert f"'{value}'" not in found
        assert f" {value} " not in found
    with pytest.raises(RequestError):
        planner.plan(text, None, {"site": canary})


def test_requests_of_one_shape_share_a_statement(planner: Planner) -> None:
    text = """query ($n: Int, $after: Cursor, $role: Role, $unread: Boolean, $id: ID!) {
        viewer { pairings(role: $role, first: $n, after: $after) { totalCount }
                 notifications(unread: $unread) { totalCount } }
        node(id: $id) { id }
    }"""
    usual: dict[str, Any] = {"n": 3, "role": "MENTOR", "unread": True, "id": f"Person:{ID}"}
    first = planner.plan(text, None, usual).statement
    assert planner.plan(text, None, {**usual, "n": 4}).statement is first
    assert planner.plan(text, None, {**usual, "id": f"Person:{ID[:-1]}2"}).statement is first
    for changed in ({"role": "MENTEE"}, {"unread": False}, {"unread": None}, {"id": f"Goal:{ID}"}):
        assert planner.plan(text, None, {**usual, **changed}).statement is not first


def test_the_unknown_types_of_ids_share_one_too(planner: Planner) -> None:
    text = "query ($id: ID!) { node(id: $id) { id } }"
    one = planner.plan(text, None, {"id": f"Nothing:{ID}"}).statement
    assert planner.plan(text, None, {"id": f"Query:{ID}"}).statement is one


def test_only_what_is_asked_for_is_counted(planner: Planner) -> None:
    assert "count(*)" not in sql(planner, "{ people { edges { node { id } } } }")
    assert "count(*)" in sql(planner, "{ people { totalCount } }")
    assert "limit" not in sql(planner, "{ people { totalCount } }")


def test_the_schema_alone_needs_no_database(planner: Planner) -> None:
    assert planner.plan("{ __schema { queryType { name } } __typename }").statement.sql is None
    assert planner.plan("{ __schema { queryType { name } } viewer { id } }").statement.sql
