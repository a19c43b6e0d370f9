"""What the TypeScript client asks fits the schema, told where there is no Node to build it too."""

from pathlib import Path

from graphql import build_schema, parse, validate

ROOT = Path(__file__).parents[2]


def test_the_operations_fit_the_schema() -> None:
    schema = build_schema((ROOT / "docs/schema.graphql").read_text())
    files = sorted((ROOT / "clients/typescript/operations").glob("*.graphql"))
    document = parse("\n".join(file.read_text() for file in files))  # they share fragments
    assert validate(schema, document) == []
