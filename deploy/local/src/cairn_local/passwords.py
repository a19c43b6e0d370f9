"""The platform's own secrets: random, made on first use, readable by their owner only."""

import secrets
from pathlib import Path

import msgspec

from cairn_development.private import write_private


class Passwords:
    """One secret for each name, the same for as long as the file stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = (
            msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
        )

    def of(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = secrets.token_urlsafe(32)
            write_private(self._path, msgspec.json.encode(self._known))
        return self._known[name]
