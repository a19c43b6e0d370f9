"""Keep the published schema, docs/schema.graphql, in step with the code.

`python -m tools.schema` writes it.
"""

from pathlib import Path

from gateway.mutations import MutationType
from gateway.schema import build_schema

PUBLISHED = Path("docs/schema.graphql")


def text() -> str:
    """The schema in GraphQL's own language."""
    return build_schema(MutationType).as_str() + "\n"


if __name__ == "__main__":
    PUBLISHED.write_text(text())
