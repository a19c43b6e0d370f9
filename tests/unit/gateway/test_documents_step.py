"""What is told of a manifest before it is deployed."""

import hashlib
from pathlib import Path

import msgspec

from cairn import documents
from gateway.documents_step import Checked, check

PAGE = """query Page($n: Int!, $more: Boolean!) {
  people(first: $n) { edges { node { id site @include(if: $more) { name } } } }
}"""
EITHER = "query Either($n: Int, $m: Int) { people(first: $n, last: $m) { edges { cursor } } }"
FIND = "query Find($text: String) { people(search: $text, first: 3) { edges { cursor } } }"
ANY = """query Any($id: ID!, $ids: [ID!]!) {
  node(id: $id) { ... on Pairing { mentor { id } } }
  nodes(ids: $ids) { ... on Site { name } }
} query None { __typename }"""
DEEP = """query Deep($n: Int!) {
  people(first: $n) { edges { node {
    reports(first: $n) { edges { node { reports(first: $n) { edges { cursor } } } } }
  } } }
}"""
OLD = "query Old { viewer { nickname } }"


def checked(folder: Path, text: str) -> Checked:
    hash_ = hashlib.sha256(text.encode()).hexdigest()
    (folder / "manifest.json").write_bytes(msgspec.json.encode({hash_: text}))
    [found] = check(folder)
    assert found.hash == hash_
    return found


def test_an_operation_costs_what_it_does_with_the_largest_pages(tmp_path: Path) -> None:
    assert checked(tmp_path, PAGE).operations == {"Page": 200}
    assert checked(tmp_path, EITHER).operations == {"Either": 100}
    assert checked(tmp_path, FIND).operations == {"Find": 203}
    assert checked(tmp_path, ANY).operations == {"Any": 102, "None": 1}


def test_a_document_that_may_be_refused(tmp_path: Path) -> None:
    assert "rows 1010100 of 10000 at most" in (checked(tmp_path, DEEP).problem or "")
    assert "nickname" in (checked(tmp_path, OLD).problem or "")
    assert "(GRAPHQL_PARSE_FAILED)" in (checked(tmp_path, "query {").problem or "")


def test_what_our_own_command_line_asks_is_cheap_enough(tmp_path: Path) -> None:
    for name, text in vars(documents).items():
        if name.isupper() and isinstance(text, str) and not name.startswith("_"):
            found = checked(tmp_path, text)
            assert found.problem is None, (name, found.problem)
            assert max(found.operations.values()) < 1000
