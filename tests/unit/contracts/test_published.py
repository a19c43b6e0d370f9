"""The published files are those of the code, and replacing them never breaks a reader."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts.asyncapi import document
from contracts.catalogue import TOPICS

ROOT = Path(__file__).parents[3]
PAIRING = Path("contracts/schemas/matching.pairing.json")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A copy of what is published."""
    shutil.copytree(ROOT / "contracts/schemas", tmp_path / "contracts/schemas")
    (tmp_path / "docs").mkdir()
    for name in ("asyncapi.json", "events.md"):
        shutil.copy(ROOT / "docs" / name, tmp_path / "docs" / name)
    return tmp_path


def run(task: str, root: Path = ROOT) -> tuple[int, list[str]]:
    """The exit status of the tool, and what it complains of."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.contracts", task, "--root", str(root)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


def edit(path: Path, change: Callable[[Any], object]) -> None:
    content = msgspec.json.decode(path.read_bytes())
    change(content)
    path.write_bytes(msgspec.json.encode(content))


def test_the_published_files_are_current() -> None:
    assert run("check") == (0, [])


def test_a_change_that_breaks_readers_is_not_written(published: Path) -> None:
    """Had a field `mood` been published, the code of today would have removed it."""
    mood = {"mood": {"type": "string"}}
    edit(published / PAIRING, lambda it: it["$defs"]["Pairing"]["properties"].update(mood))
    before = (published / PAIRING).read_bytes()

    status, complaints = run("write", published)

    assert status == 1
    assert complaints == [
        "matching.pairing: $.mood: removed, though older readers look for it",
        "Nothing was written. What must differ becomes a topic of its own.",
    ]
    assert (published / PAIRING).read_bytes() == before


def test_a_change_of_partitions_is_not_written(published: Path) -> None:
    edit(
        published / "docs/asyncapi.json",
        lambda it: it["channels"]["profiles.site"]["bindings"]["kafka"].update(partitions=6),
    )

    status, complaints = run("write", published)

    assert status == 1
    assert complaints[0].startswith("profiles.site: had 6 partitions, has now 12")


def test_a_field_that_was_added_is_out_of_date_until_it_is_written(published: Path) -> None:
    edit(published / PAIRING, lambda it: it["$defs"]["Pairing"]["properties"].pop("score"))

    assert run("check", published) == (
        1,
        [f"{PAIRING} is out of date: run `.venv/bin/python -m tools.contracts write`"],
    )
    assert run("write", published) == (0, [])
    assert run("check", published) == (0, [])


def test_a_new_topic_is_simply_written(published: Path) -> None:
    (published / PAIRING).unlink()
    edit(published / "docs/asyncapi.json", lambda it: it["channels"].pop("matching.pairing"))

    assert run("write", published) == (0, [])
    assert (published / PAIRING).read_bytes() == (ROOT / PAIRING).read_bytes()


def test_a_schema_without_a_topic_is_named(published: Path) -> None:
    (published / "contracts/schemas/matching.mood.json").write_text("{}")

    assert run("check", published) == (
        1,
        ["contracts/schemas/matching.mood.json belongs to no topic"],
    )


def test_the_page_must_keep_its_marks(published: Path) -> None:
    (published / "docs/events.md").write_text("# Events\n")

    status, complaints = run("check", published)

    assert status == 1
    assert "docs/events.md has lost the two marks" in complaints[0]


def test_the_document_names_who_publishes_and_who_hears() -> None:
    operations = document("1.2.3")["operations"]

    assert {
        (operation["tags"][0]["name"], operation["action"], operation["channel"]["$ref"])
        for operation in operations.values()
    } == {
        (service, action, f"#/channels/{topic.name}")
        for topic in TOPICS.values()
        for service, action in [
            (topic.publisher, "send"),
            *((hearer, "receive") for hearer in topic.heard_by),
        ]
    }


def test_the_document_has_a_message_for_every_change_and_for_erasure() -> None:
    made = document("1.2.3")

    for topic in TOPICS.values():
        changes = {change.value for change in topic.changes}
        assert made["channels"][topic.name]["messages"].keys() == changes | {f"{topic.name}.erased"}
    assert made["components"]["messages"]["profiles.person.erased"]["payload"] == {"type": "null"}
    assert made["info"]["version"] == "1.2.3"


def test_every_reference_in_the_document_leads_somewhere() -> None:
    made = document("1.2.3")

    for reference in _references(made):
        place = made
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def _references(node: Any) -> list[str]:
    match node:
        case {"$ref": str() as reference}:
            return [reference]
        case dict():
            return [found for value in node.values() for found in _references(value)]
        case list():
            return [found for value in node for found in _references(value)]
        case _:
            return []


def test_what_is_published_hangs_on_no_version_of_python() -> None:
    """Since 3.13 a docstring's further lines have lost their indentation: so there are none."""
    assert [topic.name for topic in TOPICS.values() if "\n" in str(topic.body.__doc__)] == []
