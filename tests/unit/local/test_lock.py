"""One platform at a time in one folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from cairn_local.errors import PlatformError
from cairn_local.lock import hold, holder
from cairn_local.settings import Settings

DIES_WITHOUT_LETTING_GO = """
import os, pathlib, sys
from cairn_local.lock import hold
from cairn_local.settings import Settings
with hold(pathlib.Path(sys.argv[1]), Settings()):
    os._exit(1)
"""


def test_a_second_start_is_told_where_the_first_runs(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with hold(lock, Settings(gateway_port=8123)) as earlier:
        assert earlier is None
        with (
            pytest.raises(PlatformError, match=r"already runs.*localhost:8123/graphql.*make down"),
            hold(lock, Settings()),
        ):
            pass
        held = holder(lock)
        assert held is not None
        assert held.settings.gateway_port == 8123
    assert holder(lock) is None


def test_a_lock_whose_holder_died_is_taken_over(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    dead = subprocess.Popen([sys.executable, "-c", DIES_WITHOUT_LETTING_GO, str(lock)])
    dead.wait(30)
    assert holder(lock) is None
    with hold(lock, Settings()) as earlier:
        assert earlier is not None
        assert earlier.pid == dead.pid


def test_an_orderly_end_leaves_nothing_to_take_over(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with hold(lock, Settings()):
        pass
    with hold(lock, Settings()) as earlier:
        assert earlier is None
