"""The command `cairn`, run as its users run it."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from support.running import RunningPlatform

WITHIN = 240.0  # seconds


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int | None
    output: str
    errors: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.output)


async def cairn(platform: RunningPlatform, *arguments: str | Path, token: str = "") -> Said:
    """Run it against the platform; `token` says who asks."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("cairn"),
        *arguments,
        env=os.environ | {"CAIRN_GATEWAY": platform.gateway, "CAIRN_TOKEN": token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), WITHIN)
    return Said(process.returncode, output.decode(), errors.decode())
