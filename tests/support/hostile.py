"""Documents that would cost a naive server dearly, each with what is answered to it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Hostile:
    name: str
    text: str
    code: str
    variables: dict[str, Any] = field(default_factory=dict[str, Any])


def chain(length: int, body: str) -> str:
    """Fragments that each spread the next, as `body` says."""
    bodies = (body.replace("NEXT", f"F{n + 1}") for n in range(length))
    links = (f"fragment F{n} on Person {{ {each} }}" for n, each in enumerate(bodies))
    return f"{{ viewer {{ ...F0 }} }} {' '.join(links)} fragment F{length} on Person {{ id }}"


def nested_pages(depth: int) -> str:
    inner = "id"
    for _ in range(depth - 1):
        inner = f"reports(first: 50) {{ edges {{ node {{ {inner} }} }} }}"
    return f"{{ people(first: 50) {{ edges {{ node {{ {inner} }} }} }} }}"


def nested_lists(depth: int) -> list[Any]:
    outer = inner = list[Any]()
    for _ in range(depth):
        inner.append(inner := [])
    return outer


def repeated(text: str, times: int) -> str:
    return " ".join(text.replace("#", str(n)) for n in range(times))


TWO = "a: manager { ...NEXT } b: manager { ...NEXT }"
IDS = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
IMPORT = "mutation ($i: ImportPeopleInput!) { importPeople(input: $i) { __typename } }"
SCHEMA = "types { name fields { name type { name fields { name } } } }"
WIDE = "fragment B on Person { " + repeated("a#: id", 90) + " }"

DOCUMENTS = [
    Hostile("10,000 aliases", "{" + repeated("a#: viewer { id }", 10_000) + "}", "TOO_LARGE"),
    Hostile("500 aliases", "{" + repeated("a#: viewer { id }", 300) + "}", "TOO_LARGE"),
    Hostile("50,000 times a field", "{ viewer { " + "id " * 50_000 + "} }", "TOO_LARGE"),
    Hostile("20,000 times a field", "{ viewer { " + "id " * 20_000 + "} }", "TOO_LARGE"),
    Hostile("10,000 @skip", "{ viewer { id " + "@skip(if:1)" * 5_000 + "} }", "TOO_LARGE"),
    Hostile("a fragment bomb", chain(20, TWO), "TOO_LARGE"),
    Hostile("a flat fragment bomb", chain(60, "...NEXT ...NEXT ...NEXT"), "TOO_LARGE"),
    Hostile("a chain of fragments", chain(200, "...NEXT"), "TOO_LARGE"),
    Hostile(
        "many operations over one fragment",
        repeated("query Q# { viewer { x: manager { ...B } y: manager { ...B } } }", 60) + WIDE,
        "TOO_LARGE",
    ),
    Hostile(
        "fragments in a circle",
        "{ viewer { ...A } } fragment A on Person { manager { ...A } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Hostile("2,000 braces", "{ viewer " * 2_000, "GRAPHQL_PARSE_FAILED"),
    Hostile("300 braces", "{ viewer " * 300, "GRAPHQL_PARSE_FAILED"),
    Hostile("5,000 lists", "{ nodes(ids: " + "[" * 5_000, "GRAPHQL_PARSE_FAILED"),
    Hostile("pages of pages of pages", nested_pages(3), "TOO_LARGE"),
    Hostile(
        "5,000 variables",
        f"query ({repeated('$v#: Int', 5_000)}) {{ viewer {{ id }} }}",
        "TOO_LARGE",
    ),
    Hostile(
        "390 variables that nobody uses",
        f"query ({repeated('$v#: Int', 390)}) {{ viewer {{ id }} }}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Hostile(
        "600 arguments that there are not",
        f"{{ viewer {{ id({repeated('u#: 1', 600)}) }} }}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Hostile(
        "600 members that there are not",
        f"mutation {{ acceptPairing(input: {{ {repeated('u#: 1', 600)} }}) {{ __typename }} }}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Hostile(
        "900 directives that there are not",
        f"{{ viewer {{ id {repeated('@u#', 900)} }} }}",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Hostile("1,900 ids in the document", f"{{ nodes(ids: [{'7 ' * 1_900}]) {{ id }} }}", "BAD_ID"),
    Hostile("50,000 ids", IDS, "TOO_LARGE", {"ids": ["x"] * 50_000}),
    Hostile("lists a thousand deep", IDS, "BAD_USER_INPUT", {"ids": nested_lists(900)}),
    Hostile("5,000 rows", IMPORT, "TOO_LARGE", {"i": {"people": [{}] * 5_000}}),
    Hostile("100,000 values", IMPORT, "TOO_LARGE", {"i": [[1] * 400] * 200}),
    Hostile(
        "the schema many times",
        "{" + repeated(f"a#: __schema {{ {SCHEMA} }}", 60) + "}",
        "TOO_LARGE",
    ),
    Hostile("NUL in the document", '{ node(id: "\\u0000") { id } }', "BAD_TEXT"),
    Hostile("NUL in a variable", IDS, "BAD_TEXT", {"ids": ["\0"]}),
]
