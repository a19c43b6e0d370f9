"""Secrets are made once, and only their owner may read them."""

import stat
from pathlib import Path

from cairn_local.passwords import Passwords


def test_a_secret_stays_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    passwords = Passwords(path)
    first = passwords.of("postgres")
    assert len(first) >= 32
    assert passwords.of("command_key") != first
    assert Passwords(path).of("postgres") == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
