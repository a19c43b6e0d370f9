"""What each process finds when it looks at itself (`python -m <service> check`)."""

import asyncio
import os
import re
from collections.abc import Iterable

import msgspec

from cairn.platform import PROCESSES, Platform, told
from chassis.checks.findings import Finding

PATIENCE = 90.0  # seconds
AT_ONCE = 3  # each is a program of its own


async def check(platform: Platform) -> Iterable[Finding]:
    turns = asyncio.Semaphore(AT_ONCE)
    found = await asyncio.gather(*(_check(platform, name, turns) for name in PROCESSES))
    # The gateway's two processes look at the same database.
    return dict.fromkeys(finding for findings in found for finding in findings)


async def _check(platform: Platform, process: str, turns: asyncio.Semaphore) -> Iterable[Finding]:
    command = [*platform.processes[process].command, "check", "--json"]
    async with turns:
        try:
            running = await asyncio.create_subprocess_exec(
                *command,
                env=told(platform, process, os.environ),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            output, errors = await asyncio.wait_for(running.communicate(), PATIENCE)
        except (OSError, TimeoutError) as error:
            return [_failed(process, f"It cannot be run ({type(error).__name__}).")]
    try:
        return msgspec.json.decode(output, type=list[Finding])
    except msgspec.MsgspecError:
        return settings(process, errors.decode(errors="replace")) or [
            _failed(process, f"`check` ended with {running.returncode}.")
        ]


def settings(process: str, said: str) -> list[Finding]:
    """What a process says of its settings when it cannot start: a line for each."""
    return [
        Finding(
            level="wrong",
            where=process,
            what=f"{name}: {problem}.",
            remedy="Set it as docs/operating.md says.",
        )
        for name, problem in re.findall(r"^(CAIRN_\w+): (.+?)\.?$", said, re.MULTILINE)
    ]


def _failed(process: str, what: str) -> Finding:
    return Finding(
        level="unknown",
        where=process,
        what=what,
        remedy="Is its command in the platform file right, and are its packages installed here?",
    )
