"""Whether every process is ready, and its machine's clock right."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import msgspec

from cairn.doctor.clocks import skewed
from cairn.platform import PROCESSES, Platform
from chassis.checks.findings import Finding

PRECISION = 1.0  # seconds: the header Date has whole ones


class _Readiness(msgspec.Struct, frozen=True):
    problems: list[str]


async def check(platform: Platform) -> Iterable[Finding]:
    async with httpx2.AsyncClient(timeout=10.0) as http:
        found = await asyncio.gather(*(_check(http, platform, name) for name in PROCESSES))
    return [finding for findings in found for finding in findings]


async def _check(http: httpx2.AsyncClient, platform: Platform, process: str) -> list[Finding]:
    address = platform.processes[process].address
    try:
        response = await http.get(f"{address.rstrip('/')}/readyz")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        what = f"It does not answer at {address} ({type(error).__name__})."
        return [Finding(level="wrong", where=process, what=what, remedy="Start it; see its log.")]
    here = datetime.now(UTC)
    try:
        problems = msgspec.json.decode(response.content, type=_Readiness).problems
    except msgspec.MsgspecError:
        what = f"Something else answers at {address} ({response.status_code})."
        return [Finding(level="wrong", where=process, what=what, remedy="Which program is it?")]
    found = [
        Finding(
            level="wrong",
            where=process,
            what=f"It is not ready: {problem}",
            remedy="docs/operating.md, Readiness, says what each sentence asks for.",
        )
        for problem in problems
    ]
    if date := response.headers.get("date"):
        there = parsedate_to_datetime(date)
        found += skewed(process, (there - here).total_seconds() + PRECISION / 2, PRECISION)
    return found or [Finding(level="ok", where=process, what="It is ready.")]
