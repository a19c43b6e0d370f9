"""Waiting until a program is ready, within a deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2

from cairn_local.processes import exit_text, failure

PAUSE = 0.1  # seconds between two questions

Problem = Callable[[], Awaitable[str | None]]  # why it is not ready yet; None when it is


async def until_ready(
    name: str,
    problem: Problem,
    process: asyncio.subprocess.Process,
    log: Path,
    *,
    within: float = 120,
) -> None:
    """Ask until there is no problem. Raises PlatformError where that is too late, or never."""
    told: str | None = None
    ending = asyncio.create_task(process.wait())
    try:
        async with asyncio.timeout(within):
            while told := await problem():
                await asyncio.wait([ending], timeout=PAUSE)
                if ending.done():
                    how = exit_text(ending.result())
                    raise failure(f"{name} ended while it started ({how})", log)
    except TimeoutError:
        raise failure(f"{name} is not ready after {within:.0f} s ({told})", log) from None
    finally:
        ending.cancel()


async def http_problem(http: httpx2.AsyncClient, address: str) -> str | None:
    """What a program's answer to a probe says is wrong, if anything."""
    try:
        answer = await http.get(address, timeout=5)
    except httpx2.TransportError as error:
        return f"no answer: {type(error).__name__}"
    return None if answer.is_success else answer.text or f"status {answer.status_code}"
