"""One platform at a time in one data folder."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from cairn_local.errors import PlatformError
from cairn_local.settings import Settings


class Holder(msgspec.Struct, frozen=True):
    """Who runs the platform, since when, and with which settings."""

    pid: int
    since: datetime
    values: dict[str, str | int]

    @property
    def settings(self) -> Settings:
        return Settings.model_validate(self.values)


@contextmanager
def hold(path: Path, settings: Settings) -> Generator[Holder | None]:
    """Hold the lock; give the earlier holder where it ended without letting go.

    The kernel's lock on the open file decides, never the number written in it: it falls with its
    process, and a process number can come back as another program.
    """
    with _open(path) as file:
        if not _try_lock(file):
            holder = _read(path)
            raise PlatformError(
                f"Cairn already runs here as process {holder.pid}, since {holder.since:%H:%M}: "
                f"{holder.settings.graphql}. Stop it with `make down`."
                if holder
                else f"Cairn is being started here by another process, which holds {path}."
            )
        left_over = _read(path)
        now = datetime.now(UTC).astimezone()
        me = Holder(pid=os.getpid(), since=now, values=settings.model_dump(mode="json"))
        _write(file, msgspec.json.encode(me))
        try:
            yield left_over
        finally:
            _write(file, b"")


def holder(path: Path) -> Holder | None:
    """Who holds the lock now; None where nobody does."""
    if not path.exists():
        return None
    with _open(path) as file:
        return None if _try_lock(file) else _read(path)


def _open(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+b")


def _try_lock(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path) -> Holder | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Holder)
    except msgspec.DecodeError:  # empty after an orderly end; half-written by a disk that was full
        return None


def _write(file: BinaryIO, content: bytes) -> None:
    file.seek(0)
    file.truncate()
    file.write(content)
    file.flush()
