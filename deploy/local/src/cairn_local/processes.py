"""Programs: what to run and how to end it, and a running one."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cairn_local.errors import PlatformError

GRACE = 6.0  # seconds that a program has to end by itself
LAST_LINES = 12


@dataclass(frozen=True)
class Program:
    """`environment` is added to our own. `stop_signal` asks it to end in an orderly way."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    stop_signal: signal.Signals = signal.SIGTERM


def python(name: str, *arguments: str, environment: Mapping[str, str]) -> Program:
    """A module of ours as a program: `python -m <arguments>`."""
    return Program(name, [sys.executable, "-m", *arguments], environment)


async def start(program: Program, log: Path | None) -> asyncio.subprocess.Process:
    """Start a program in a process group of its own, so that Ctrl-C reaches us alone.

    What it says goes to its log, or, without one, where ours goes.
    """
    with log.open("ab") if log else nullcontext() as output:
        return await asyncio.create_subprocess_exec(
            *_ends_with_us(program.stop_signal),
            *program.command,
            env=os.environ | program.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _ends_with_us(stop_signal: signal.Signals) -> list[str]:
    """Have the kernel tell a program to end when we die before we could (Linux only)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", stop_signal.name] if setpriv else []


async def end(process: asyncio.subprocess.Process, stop_signal: signal.Signals) -> None:
    """Ask a program to end; end its whole group by force when the grace is over."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(stop_signal)
    try:
        async with asyncio.timeout(GRACE):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


@asynccontextmanager
async def running(program: Program, log: Path | None) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A program that runs for as long as the block does."""
    process = await start(program, log)
    try:
        yield process
    finally:
        await end(process, program.stop_signal)


async def run(program: Program, log: Path) -> None:
    """Run a program to its end. Raises PlatformError, with the end of its log, where it fails."""
    async with running(program, log) as process:
        code = await process.wait()
    if code != 0:
        raise failure(f"{program.name} failed ({exit_text(code)})", log)


async def run_visibly(program: Program) -> None:
    """Run a program to its end; what it says is seen. Raises PlatformError where it fails."""
    async with running(program, log=None) as process:
        code = await process.wait()
    if code != 0:
        raise PlatformError(f"{program.name} failed ({exit_text(code)}); it says above why.")


def failure(what: str, log: Path) -> PlatformError:
    return PlatformError(f"{what}. The end of its log, {log}:\n{last_lines(log)}")


def exit_text(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def last_lines(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:] if log.exists() else []
    return "\n".join(f"    {line}" for line in lines)
