"""Hostile documents are refused for what they are, before they cost anything."""

import pytest

from gateway.planner import Planner, RequestError
from gateway.planner.limits import DEEPEST, MOST_CHARACTERS


def refusal(planner: Planner, text: str) -> str:
    """The limit that a document is beyond, or what else is wrong with it."""
    with pytest.raises(RequestError) as caught:
        planner.plan(text)
    told = caught.value.errors[0].extensions or {}
    return told.get("limit", caught.value.code)


def nested(depth: int) -> str:
    return "{ viewer " + "{ manager " * (depth - 2) + "{ id }" + " }" * (depth - 1)


def chain(length: int, body: str) -> str:
    """Fragments that each spread the next, as `body` says."""
    bodies = (body.replace("NEXT", f"F{n + 1}") for n in range(length))
    links = (f"fragment F{n} on Person {{ {each} }}" for n, each in enumerate(bodies))
    return f"{{ viewer {{ ...F0 }} }} {' '.join(links)} fragment F{length} on Person {{ id }}"


ALIASES = " ".join(f"a{n}: viewer {{ id }}" for n in range(600))
THREE = "a: manager { ...NEXT } b: manager { ...NEXT } c: manager { ...NEXT }"
CIRCLE = """{ viewer { ...A } }
    fragment A on Person { manager { ...B } } fragment B on Person { manager { ...A } }"""
FIFTY = "viewer { id ...Leaf }"
LEAF = " fragment Leaf on Person { " + "id " * 48 + "}"
VARIABLES = " ".join(f"$v{n}: Int" for n in range(450))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("{ viewer { id " + "id " * 990 + "} }", "breadth"),
        ("{ viewer { " + "a: id " * 500 + "} }", "breadth"),
        ("{ viewer { " + "a: id " * 99 + "manager { b: id c: id } } }", "aliases"),
        ("{ " + "viewer { id } " * 300 + "}", "breadth"),
        ("{ viewer { " + "... on Person { id } " * 200 + "} }", "breadth"),
        (f"{{ {ALIASES} }}", "tokens"),
        ("{ viewer { id " + "@skip(if: true) " * 400 + "} }", "tokens"),
        ("{ viewer { id " + "#\n" * 201 + "} }", "comments"),
        ("{ viewer " + "{ manager " * 900, "GRAPHQL_PARSE_FAILED"),
        ("{ nodes(ids: " + "[" * 1900 + "]) { id } }", "GRAPHQL_PARSE_FAILED"),
        ("# " + "x" * MOST_CHARACTERS + "\n{ viewer { id } }", "characters"),
        (nested(DEEPEST + 1), "depth"),
        (chain(8, THREE), "fields"),
        (chain(15, "a: manager { ...NEXT } b: manager { ...NEXT }"), "fields"),
        (chain(20, "...NEXT ...NEXT"), "fields"),
        (chain(30, "manager { ...NEXT }"), "depth"),
        (chain(150, "...NEXT"), "repetitions"),
        (" ".join(f"query Q{n} {{ {FIFTY} }}" for n in range(101)) + LEAF, "fields in all"),
        (CIRCLE, "GRAPHQL_VALIDATION_FAILED"),
        (f"query ({VARIABLES}) {{ viewer {{ id }} }}", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_hostile_documents(planner: Planner, text: str, limit: str) -> None:
    assert refusal(planner, text) == limit


def test_it_is_told_which_limit_what_was_asked_and_how_to_ask_for_less(planner: Planner) -> None:
    with pytest.raises(RequestError) as caught:
        planner.plan(nested(DEEPEST + 2))

    [error] = caught.value.errors
    assert error.message == (
        "Too large, depth 22 of 20 at most: ask for what lies deeper by its id, in another request."
    )
    assert error.extensions == {"code": "TOO_LARGE", "limit": "depth", "most": 20, "asked": 22}


def pages(*sizes: object) -> str:
    """People of people: a page of reports within each page."""
    inner = "id"
    for size in reversed(sizes[1:]):
        inner = f"reports(first: {size}) {{ edges {{ node {{ {inner} }} }} }}"
    declared = "($n: Int)" if "$n" in sizes else ""
    return f"query {declared} {{ people(first: {sizes[0]}) {{ edges {{ node {{ {inner} }} }} }} }}"


def test_lists_within_lists_within_lists(planner: Planner) -> None:
    with pytest.raises(RequestError, match="rows 127550 of 10000 at most"):
        planner.plan(pages(50, 50, 50))
    planner.plan(pages(20, 20, 20))
    planner.plan(pages(100, "$n", 2), None, {"n": 10})
    with pytest.raises(RequestError, match="smaller pages"):
        planner.plan(pages(100, "$n", 2), None, {"n": 50})


def test_many_places(planner: Planner) -> None:
    managers = " ".join(f"a{n}: manager {{ id manager {{ id }} }}" for n in range(50))
    with pytest.raises(RequestError, match="more than 100 places to read in"):
        planner.plan(f"{{ viewer {{ {managers} }} }}")


def test_what_is_measured_is_also_what_is_not_run(planner: Planner) -> None:
    """A fragment that no operation spreads is validated too, and so it is measured too."""
    text = "{ viewer { id } } fragment Unused on Person { " + "id " * 200 + "}"
    assert refusal(planner, text) == "breadth"


def test_honest_documents_are_within_the_limits(planner: Planner) -> None:
    planner.plan(nested(DEEPEST))
    planner.plan(chain(3, "a: manager { ...NEXT } b: manager { ...NEXT }"))
    spreads = " ".join(f"...F{n}" for n in range(15))
    fragments = " ".join(f"fragment F{n} on Person {{ id a{n}: email }}" for n in range(15))
    planner.plan(f"{{ viewer {{ id {spreads} manager {{ {spreads} }} }} }} {fragments}")


def test_more_ids_than_a_list_may_have(planner: Planner) -> None:
    ids = ["Site:0193b6f0-0000-7000-8000-000000000001"] * 101
    with pytest.raises(RequestError, match="items of `ids` 101 of 100 at most") as caught:
        planner.plan("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", None, {"ids": ids})
    assert caught.value.code == "TOO_LARGE"


def test_more_in_variables_than_there_may_be(planner: Planner) -> None:
    """Whatever becomes of them: they are counted before anything is made of them."""
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    with pytest.raises(RequestError, match="items of a list 501 of 500 at most"):
        planner.plan(text, None, {"ids": ["x"] * 501})
    with pytest.raises(RequestError, match="more than 20000 values in variables"):
        planner.plan(text, None, {"ids": [], "others": [[1] * 100] * 200})
