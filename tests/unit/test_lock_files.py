"""npm's lock files can be installed from anywhere, and what they install is proved by its hash."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
LOCKS = (
    "bench/reads/with_postgraphile",
    "clients/typescript",
    "tests/service/gateway/conformance",
)
PUBLIC = "https://registry.npmjs.org/"


@pytest.mark.parametrize("folder", LOCKS)
def test_no_other_registry_is_named(folder: str) -> None:
    lock = msgspec.json.decode((ROOT / folder / "package-lock.json").read_bytes())
    packages: dict[str, Any] = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert package.get("resolved", PUBLIC).startswith(PUBLIC), name
        assert package["integrity"], name
