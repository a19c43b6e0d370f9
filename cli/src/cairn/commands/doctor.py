"""`cairn doctor`: what is wrong with the platform, where, and what to do."""

import asyncio
import sys
from collections.abc import Sequence

from cyclopts import App
from rich.text import Text

from cairn.doctor import examine
from cairn.options import Flag
from cairn.output import out, print_json
from cairn.platform import PlatformFile
from chassis.checks.findings import Finding

app = App(name="doctor")

COLOURS = {"ok": "green", "wrong": "red", "unknown": "yellow"}


@app.default
def doctor(
    *, verbose: Flag = False, platform: PlatformFile | None = None, json: Flag = False
) -> None:
    """Look at the whole platform: settings, secrets, roles, migrations, topics, positions, clocks.

    Every finding says what is wrong, where, and what to do. Ends with 1 if anything is wrong.

    Parameters
    ----------
    verbose
        Say too what is right.
    platform
        Which platform.
    json
        Print the findings as JSON, the good ones too.
    """
    found = asyncio.run(examine(platform or PlatformFile()))
    if json:
        print_json(found)
    else:
        _show(found, verbose=verbose)
    sys.exit(1 if any(each.level == "wrong" for each in found) else 0)


def _show(found: Sequence[Finding], *, verbose: bool) -> None:
    for each in found:
        if each.level == "ok" and not verbose:
            continue
        line = Text.assemble((each.level, COLOURS[each.level]), f"  {each.where}: {each.what}")
        out.print(line, soft_wrap=True)
        if each.remedy:
            out.print(Text(f"       → {each.remedy}"), soft_wrap=True)
    wrong = sum(each.level == "wrong" for each in found)
    good = sum(each.level == "ok" for each in found)
    if wrong:
        out.print(f"{wrong} of {len(found)} things are wrong.")
    else:
        out.print(f"Nothing is wrong: {good} things are as they should be.")
