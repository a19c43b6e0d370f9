"""Running a step of a process: its own program, in its own environment."""

import os
import subprocess
from typing import Any

import msgspec

from cairn.platform import Platform, told
from cairn.troubles import Trouble


def stream(platform: Platform, process: str, *step: str) -> int:
    """Run a step to its end; what it says is seen as it says it. Returns its exit code."""
    return _run(platform, process, step, output=None).returncode


def ask(platform: Platform, process: str, *step: str) -> Any:
    """The JSON that a step answers with; what it says on its error stream is seen.

    Raises Trouble where it gives none.
    """
    ended = _run(platform, process, (*step, "--json"), output=subprocess.PIPE)
    try:
        return msgspec.json.decode(ended.stdout)
    except msgspec.DecodeError:
        raise Trouble(
            f"`{step[0]}` of {process} failed (exit code {ended.returncode}); it says above why."
        ) from None


def _run(
    platform: Platform, process: str, step: tuple[str, ...], output: int | None
) -> subprocess.CompletedProcess[bytes]:
    command = [*platform.processes[process].command, *step]
    try:
        return subprocess.run(  # noqa: S603  # the platform file says what to run
            command, env=told(platform, process, os.environ), stdout=output, check=False
        )
    except OSError as error:
        raise Trouble(
            f"{command[0]}, which the platform file names for {process}, cannot be run"
            f" ({type(error).__name__})."
        ) from None
