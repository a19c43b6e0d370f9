"""Looking at a whole platform: each process at itself, and we at what only all of them show."""

import asyncio
from collections.abc import Iterable

from cairn.doctor import clocks, databases, each, file, log, ready
from cairn.platform import PlatformFile
from chassis.checks.findings import Finding


async def examine(named: PlatformFile) -> list[Finding]:
    """Everything that was found, what is good as well. Raises Trouble without a platform file."""
    platform = named.read()
    found: list[Iterable[Finding]] = [file.check(named.path(), platform)]
    found += await asyncio.gather(
        ready.check(platform),
        databases.check(platform),
        clocks.check(platform),
        log.check(platform),
    )
    # After the others, for they wait for answers, and starting programs leaves them little time.
    found.append(await each.check(platform))
    return [finding for findings in found for finding in findings]
