"""What the pages say is there: links lead to files, settings are named, queries fit the schema."""

import importlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from graphql import build_schema, parse, validate
from pydantic_settings import BaseSettings

ROOT = Path(__file__).parents[2]
OPERATING = ROOT / "docs/operating.md"

SETTINGS = (
    "chassis.provision",
    "chassis.settings",
    "gateway.settings",
    "matching.settings",
    "notifications.settings",
    "cairn_development.settings",
    "cairn_local.settings",
)
METRICS = (
    "chassis/src/chassis/metrics.py",
    "gateway/src/gateway/metrics.py",
    "services/matching/src/matching/reading_texts.py",
    "services/profiles/src/profiles/watch.py",
)

# What is code has no links: a fenced block, an indented line, words between backticks.
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"^ {4}.*$|`[^`\n]*`", re.MULTILINE)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?\)")
GRAPHQL = re.compile(r"^```graphql\n(.*?)^```", re.DOTALL | re.MULTILINE)


def pages() -> Iterator[Path]:
    """Every page of the project; not what tools keep, in folders with a dot, nor npm's packages."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name[0] != "." and name != "node_modules")
        yield from (Path(folder) / name for name in sorted(files) if name.endswith(".md"))


PAGES = list(pages())


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def links(page: Path) -> list[str]:
    return LINK.findall(CODE.sub("", FENCED.sub("", page.read_text())))


def anchors(page: Path) -> set[str]:
    """What GitHub calls a page's headings in addresses."""
    found: list[str] = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        target = urlsplit(link)
        if target.scheme or target.netloc:
            continue
        file = page.parent / unquote(target.path) if target.path else page
        assert file.exists(), f"{name_of(page)} links to {link}"
        if target.fragment and file.suffix == ".md":
            assert target.fragment in anchors(file), f"{name_of(page)} links to {link}"


def variables() -> set[str]:
    """The environment variable of every setting of every process."""
    found: set[str] = set()
    for module in SETTINGS:
        for each in vars(importlib.import_module(module)).values():
            if isinstance(each, type) and issubclass(each, BaseSettings):
                prefix = each.model_config.get("env_prefix", "")
                found |= {f"{prefix}{name}".upper() for name in each.model_fields}
    return found


def variables_of_commands() -> set[str]:
    source = "".join(file.read_text() for file in (ROOT / "cli/src").rglob("*.py"))
    return set(re.findall(r'"(CAIRN_[A-Z_]+)"', source))


def test_every_setting_is_named_where_operators_look_and_no_other() -> None:
    named = set(re.findall(r"\bCAIRN_[A-Z_]*[A-Z]\b", OPERATING.read_text()))
    assert variables() - named == set()
    assert named - variables() - variables_of_commands() == set()


def test_every_metric_is_named_where_operators_look() -> None:
    source = "".join((ROOT / module).read_text() for module in METRICS)
    named = {
        name.removesuffix("_total") for name in re.findall(r"\bcairn_\w+\b", OPERATING.read_text())
    }
    assert set(re.findall(r'"(cairn_\w+)"', source)) - named == set()


@pytest.mark.parametrize(
    "page", [page for page in PAGES if GRAPHQL.search(page.read_text())], ids=name_of
)
def test_queries_fit_the_schema(page: Path) -> None:
    schema = build_schema((ROOT / "docs/schema.graphql").read_text())
    for document in GRAPHQL.findall(page.read_text()):
        assert validate(schema, parse(document)) == [], document
