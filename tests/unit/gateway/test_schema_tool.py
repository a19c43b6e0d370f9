"""The published schema is only ever added to."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PUBLISHED = Path("docs/schema.graphql")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / PUBLISHED).write_text((ROOT / PUBLISHED).read_text())
    return tmp_path


def run(task: str, root: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tools.schema", task, "--root", str(root)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_field_that_is_not_published_yet_is_written(root: Path) -> None:
    whole = (root / PUBLISHED).read_text()
    without, fields = re.subn(r'\n  """[^"]*"""\n  totalCount: Int!\n', "\n", whole, count=1)
    assert fields == 1
    (root / PUBLISHED).write_text(without)

    assert run("check", root) == (
        1,
        "docs/schema.graphql is out of date: run `python -m tools.schema write`\n",
    )
    assert run("write", root) == (0, "")
    assert (root / PUBLISHED).read_text() == whole


def test_what_was_published_is_not_taken_away(root: Path) -> None:
    published = (root / PUBLISHED).read_text() + "\ntype Promise {\n  kept: Boolean!\n}\n"
    (root / PUBLISHED).write_text(published)

    code, complaints = run("write", root)

    assert code == 1
    assert complaints.startswith("docs/schema.graphql: Promise was removed.\n")
    assert (root / PUBLISHED).read_text() == published
