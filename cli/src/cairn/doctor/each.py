"""What each process finds when it looks at itself (`python -m <service> check`)."""

import asyncio
import os
import re
from collections.abc import Iterable

import msgspec

from cairn.platform import PROCESSES, Platform, told
from chassis.checks.findings import Finding

PATIENCE = 180.0  # seconds
AT_ONCE = 2  # each is a program of its own


async def check(platform: Platform) -> Iterable[Finding]:
    turns = asyncio.Semaphore(AT_ONCE)
    found = await asyncio.gather(*(_check(platform, name, turns) for name in _unlike(platform)))
    return [finding for findings in found for finding in findings]


def _unlike(platform: Platform) -> list[str]:
    """The processes, but one only of those that are told the same and would find the same."""
    by_look: dict[object, str] = {}
    for name in PROCESSES:
        own = platform.environment_of(name).items()
        look = frozenset((setting, value) for setting, value in own if setting != "CAIRN_PORT")
        by_look.setdefault((*platform.processes[name].command, look), name)
    return list(by_look.values())


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
