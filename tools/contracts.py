"""Keep what the contracts publish in step with the code.

`python -m tools.contracts write` after a change of `contracts/`: it writes the JSON Schemas, the
AsyncAPI document and the table in docs/events.md, unless the change would break a reader.
`python -m tools.contracts check` says what is out of step, or would break one.
"""

import argparse
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from contracts.asyncapi import document
from contracts.catalogue import TOPICS, Topic, json_schema
from contracts.compatibility import breaking_changes, withdrawn

ASYNCAPI = Path("docs/asyncapi.json")
PAGE = Path("docs/events.md")
SCHEMAS = Path("contracts/schemas")

MARKS = TABLE_BEGINS, TABLE_ENDS = "<!-- events begin -->", "<!-- events end -->"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("task", choices=["write", "check"])
    arguments.add_argument("--root", type=Path, default=Path(), help="the project's folder")
    options = arguments.parse_args()
    complaints = broken_promises(options.root)
    if options.task == "check":
        complaints += out_of_step(options.root)
    elif complaints:
        complaints.append("Nothing was written. What must differ becomes a topic of its own.")
    else:
        write(options.root)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def broken_promises(root: Path) -> list[str]:
    """What the code would break of what was published. A new topic breaks nothing."""
    found: list[str] = []
    for topic in TOPICS.values():
        published = root / _schema_file(topic)
        if published.exists():
            changes = breaking_changes(_read(published), json_schema(topic))
            found += [f"{topic.name}: {change}" for change in changes]
    if (root / ASYNCAPI).exists():
        found += withdrawn(_read(root / ASYNCAPI), _document())
    return found


def out_of_step(root: Path) -> list[str]:
    """Which files are not what the code says."""
    expected = _files(root)
    stale = [path for path, text in expected.items() if _text(root / path) != text]
    strays = [
        path.relative_to(root)
        for path in sorted((root / SCHEMAS).glob("*.json"))
        if path.relative_to(root) not in expected
    ]
    return [
        f"{path} is out of date: run `.venv/bin/python -m tools.contracts write`" for path in stale
    ] + [f"{path} belongs to no topic" for path in strays]


def write(root: Path) -> None:
    for path, text in _files(root).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


def _files(root: Path) -> dict[Path, str]:
    """Every file that is made from the code, by its place in the project."""
    schemas = {_schema_file(topic): _pretty(json_schema(topic)) for topic in TOPICS.values()}
    return schemas | {ASYNCAPI: _pretty(_document()), PAGE: _page(_text(root / PAGE))}


def _schema_file(topic: Topic) -> Path:
    return SCHEMAS / f"{topic.name}.json"


def _document() -> dict[str, Any]:
    return document(version("cairn-contracts"))


def _page(text: str) -> str:
    """The page for readers, with the table of today between its marks."""
    before, begins, rest = text.partition(TABLE_BEGINS)
    _, ends, after = rest.partition(TABLE_ENDS)
    if not begins or not ends:
        raise SystemExit(f"{PAGE} has lost the two marks between which its table stands: {MARKS}")
    return f"{before}{begins}\n\n{_table()}\n\n{ends}{after}"


def _table() -> str:
    rows = ["| Topic | What happens to it | Heard by |", "| --- | --- | --- |"]
    for topic in TOPICS.values():
        changes = ", ".join(f"`{change.value.rpartition('.')[2]}`" for change in topic.changes)
        about = str(topic.body.__doc__).partition("\n")[0]
        rows.append(f"| `{topic.name}`<br>{about} | {changes} | {', '.join(topic.heard_by)} |")
    return "\n".join(rows)


def _pretty(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _read(path: Path) -> dict[str, Any]:
    return msgspec.json.decode(path.read_bytes())


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
