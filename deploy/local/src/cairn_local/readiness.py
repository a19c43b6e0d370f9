"""Waiting until something answers, within a deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from cairn_local.processes import exit_text, failure

PAUSE = 0.05  # seconds between two questions

Answers = Callable[[], Awaitable[bool]]


async def until_ready(
    name: str,
    answers: Answers,
    process: asyncio.subprocess.Process,
    log: Path,
    *,
    within: float = 60,
) -> None:
    """Ask until the answer is yes. Raises PlatformError where that is too late, or never."""
    asking = asyncio.create_task(_ask(answers))
    ending = asyncio.create_task(process.wait())
    try:
        await asyncio.wait([asking, ending], timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if ending.done():
            raise failure(f"{name} ended while it started ({exit_text(ending.result())})", log)
        if not asking.done():
            raise failure(f"{name} does not answer after {within:.0f} s", log)
        await asking
    finally:
        asking.cancel()
        ending.cancel()
        await asyncio.gather(asking, ending, return_exceptions=True)


async def _ask(answers: Answers) -> None:
    while not await answers():
        await asyncio.sleep(PAUSE)
