"""Keep the published schema, docs/schema.graphql, in step with the code.

`python -m tools.schema write` after a change of the API: it writes the schema, unless the change
would break a client. `python -m tools.schema check` says what is out of step, or would break one.
"""

import argparse
import sys
from pathlib import Path

from graphql import build_schema as read_schema
from graphql import find_breaking_changes

from gateway.mutations import MutationType
from gateway.schema import build_schema

PUBLISHED = Path("docs/schema.graphql")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("task", choices=["write", "check"])
    arguments.add_argument("--root", type=Path, default=Path(), help="the project's folder")
    options = arguments.parse_args()
    published = options.root / PUBLISHED
    complaints = broken_promises(published)
    if options.task == "check":
        if not published.exists() or published.read_text() != text():
            complaints.append(f"{PUBLISHED} is out of date: run `python -m tools.schema write`")
    elif complaints:
        complaints.append(
            "Nothing was written. What clients may use is deprecated, not taken away."
        )
    else:
        published.write_text(text())
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def broken_promises(published: Path) -> list[str]:
    """What the code would break of what was published."""
    if not published.exists():
        return []
    changes = find_breaking_changes(read_schema(published.read_text()), read_schema(text()))
    return [f"{PUBLISHED}: {change.description}" for change in changes]


def text() -> str:
    """The schema in GraphQL's own language."""
    return build_schema(MutationType).as_str() + "\n"


if __name__ == "__main__":
    sys.exit(main())
