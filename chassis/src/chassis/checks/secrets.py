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
    for name, secret in secrets.items():
        if GUESSED in secret:
            yield _finding(checked, f"{name} has the secret for development: everybody knows it.")
        elif secret and len(secret) < SHORTEST:
            yield _finding(
                checked, f"{name} has a secret of {len(secret)} characters: it can be guessed."
            )
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
