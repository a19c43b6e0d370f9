"""What clients asked for and were told, on disk: one that is killed leaves all that it knew."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec

from chassis.ids import derived_id

# An outcome is unknown where nobody answered for as long as the client had patience.
Outcome = Literal["pending", "ok", "rejected", "unknown"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A command and what came of it. `written` is what its answer said: topic, id, version."""

    organisation_id: UUID
    subject: str
    service: str
    command: str
    key: str
    outcome: Outcome = "pending"
    code: str = ""  # of a refusal
    written: frozenset[tuple[str, UUID, int]] = frozenset()

    @property
    def id(self) -> UUID:
        return derived_id(self.organisation_id, self.subject, self.command, self.key)


class Journal:
    """Lines of JSON, the newest of a command counts. Each is on the disk before its note returns.

    Clients that note at the same time share a sync.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.acknowledged: list[Entry] = []
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._written = self._synced = 0
        self._syncing = asyncio.Lock()

    async def note(self, entry: Entry) -> None:
        os.write(self._file, msgspec.json.encode(entry) + b"\n")
        self._written += 1
        mine = self._written
        if entry.outcome == "ok":
            self.acknowledged.append(entry)
        async with self._syncing:
            if self._synced < mine:
                written = self._written
                await asyncio.to_thread(os.fdatasync, self._file)
                self._synced = written


def read_journals(paths: Iterable[Path]) -> list[Entry]:
    """What is known of each command; a line that was cut off in the middle says nothing."""
    newest: dict[UUID, Entry] = {}
    for path in paths:
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                entry = msgspec.json.decode(line, type=Entry)
                newest[entry.id] = entry
    return list(newest.values())
