"""The TypeScript client, generated and compiled as an app's build does it."""

from support.node import ROOT, needs_packages_of, run_node

CLIENT = ROOT / "clients/typescript"
BUILD = CLIENT / "build"
MANIFEST = CLIENT / "src/generated/persisted-documents.json"


async def build_client() -> None:
    """It fails where an operation does not fit the schema, or a type another."""
    needs_packages_of(CLIENT)
    await run_node(CLIENT / "generate.js")
    await run_node(CLIENT / "node_modules/typescript/bin/tsc", "--project", str(CLIENT))
