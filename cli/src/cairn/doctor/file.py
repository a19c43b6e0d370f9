"""Whether the platform file is private, and its processes agree with one another."""

import stat
from collections.abc import Iterable
from pathlib import Path

from cairn.platform import PROCESSES, Platform, holds_secrets
from chassis.checks.findings import Finding

KEY = "CAIRN_COMMAND_KEY"


def check(path: Path, platform: Platform) -> Iterable[Finding]:
    where = str(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and holds_secrets(path):
        yield Finding(
            level="wrong",
            where=where,
            what="Others on this machine may read it, and secrets are in it.",
            remedy=f"chmod 600 {path}",
        )
    else:
        yield Finding(level="ok", where=where, what="No secret in it can be read by others.")
    keys = {platform.environment_of(name).get(KEY) for name in PROCESSES}
    if len(keys) > 1:
        yield Finding(
            level="wrong",
            where=where,
            what=f"Not all processes have the same {KEY}: commands between them are refused.",
            remedy="Give all of them the same, and restart them.",
        )
