"""What is published of the API is what it does."""

import re
from pathlib import Path
from uuid import UUID

import pytest

from gateway.mutations import MutationType
from gateway.planner import Planner, global_id
from gateway.schema import build_schema

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/api.md").read_text()
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)


def test_the_published_schema_is_the_schema() -> None:
    published = (ROOT / "docs/schema.graphql").read_text()

    assert published == build_schema(MutationType).as_str() + "\n", (
        "run: python -m tools.schema write"
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.split("(")[0][:30])
def test_every_operation_on_the_page_is_one(document: str) -> None:
    planner = Planner(build_schema(MutationType))
    kind = "Session" if "session(id: $id)" in document else "Pairing"
    variables = {"id": global_id(kind, UUID(int=1)), "people": [], "event": "e"}
    used = {name: value for name, value in variables.items() if f"${name}" in document}

    planner.plan(document, None, used)
