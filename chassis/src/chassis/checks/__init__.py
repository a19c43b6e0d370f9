"""What a process looks at to say whether it is well placed: `python -m <service> check`.

Each module looks at one thing. What is found names no person and holds no secret.
"""

import argparse
import asyncio
from collections.abc import Callable
from typing import Any

from chassis.checks import migrations, positions, relay, roles, secrets
from chassis.checks.findings import Check, Checked, Finding, failing
from chassis.operating import write_json
from chassis.settings import Settings
from chassis.steps import Step

CHECKS: dict[str, Check] = {
    "secrets": secrets.check,
    "roles": roles.check,
    "migrations": migrations.check,
    "positions": positions.check,
    "relay": relay.check,
}


async def check(checked: Checked) -> list[Finding]:
    """All that was found, the good as well. A check that cannot be made is a finding too."""
    found: list[Finding] = []
    for name, each in (CHECKS | dict(checked.own)).items():
        found += await failing(checked.service, name, each(checked))
    return found


def check_step(describe: Callable[[Any], Checked]) -> Step[Any]:
    """`check`: say what is wrong with a process's settings and surroundings; 1 if anything is."""

    def run(settings: Settings, arguments: argparse.Namespace) -> int:
        found = asyncio.run(check(describe(settings)))
        if arguments.json:
            write_json(found)
        else:
            for each in found:
                print(f"{each.level}: {each.where}: {each.what} {each.remedy}".rstrip())
        return 1 if any(each.level == "wrong" for each in found) else 0

    return Step(
        name="check",
        help="say what is wrong with settings, database and positions",
        run=run,
        arguments=_arguments,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="tell what was found as JSON")
