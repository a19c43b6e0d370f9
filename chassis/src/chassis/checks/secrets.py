"""Whether secrets are secret, and no fault is switched on."""

import os
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from chassis.checks.findings import Checked, Finding

SHORTEST = 16  # characters of a password
GUESSED = "development"  # what is in the secrets that anybody can read in the project


async def check(checked: Checked) -> Iterable[Finding]:
    found = list(_wrong(checked))
    return found or [Finding(level="ok", where=checked.service, what="Its secrets are secret.")]


def _wrong(checked: Checked) -> Iterable[Finding]:
    dsns = {"APP": checked.app, "PIPE": checked.pipe, "OWNER": checked.owner or ""}
    passwords = {
        f"CAIRN_DATABASE_{role}": unquote(urlsplit(dsn).password or "")
        for role, dsn in dsns.items()
    }
    secrets = passwords | {"CAIRN_COMMAND_KEY": checked.settings.command_key.get_secret_value()}
    known = [name for name, secret in secrets.items() if GUESSED in secret]
    short = [name for name, secret in secrets.items() if 0 < len(secret) < SHORTEST]
    if known:
        yield _finding(checked, f"Everybody knows its {', '.join(known)}: for development only.")
    if guessable := [name for name in short if name not in known]:
        what = f"Its {', '.join(guessable)} can be guessed: less than {SHORTEST} characters."
        yield _finding(checked, what)
    if os.environ.get("FAULT"):
        yield Finding(
            level="wrong",
            where=checked.service,
            what="FAULT is set: it fails on purpose.",
            remedy="That is for tests; take it away and restart.",
        )


def _finding(checked: Checked, what: str) -> Finding:
    return Finding(
        level="wrong",
        where=checked.service,
        what=what,
        remedy="Make up another: 24 random bytes, as deploy/containers/secrets.sh does.",
    )
