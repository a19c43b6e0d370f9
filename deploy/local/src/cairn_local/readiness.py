"""Waiting until something answers, within a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from cairn_local.processes import exit_text, failure

PAUSE = 0.05  # seconds between two questions


async def until_ready(
    name: str,
    answers: Callable[[], Awaitable[bool]],
    process: asyncio.subprocess.Process,
    log: Path,
    *,
    within: float = 60,
) -> None:
    """Ask until the answer is yes. Raises PlatformError where that is too late, or never."""
    deadline = time.monotonic() + within
    while not await answers():
        if process.returncode is not None:
            raise failure(f"{name} ended while it started ({exit_text(process.returncode)})", log)
        if time.monotonic() > deadline:
            raise failure(f"{name} does not answer after {within:.0f} s", log)
        await asyncio.sleep(PAUSE)
