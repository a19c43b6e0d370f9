"""JavaScript programs that tests run, with the packages that npm installed for them."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def needs_packages_of(folder: Path) -> None:
    """Skip the test where Node or a folder's packages are not here; REQUIRE_NODE=1: fail."""
    if shutil.which("node") is None:
        problem = "There is no Node on the PATH; this test needs version 20 or newer."
    elif not _is_installed(folder):
        problem = f"The packages of {folder.relative_to(ROOT)} are not installed: run `make node`."
    else:
        return
    if os.environ.get("REQUIRE_NODE") == "1":
        pytest.fail(problem)
    pytest.skip(problem)


async def run_node(program: Path, *arguments: str, within: float = 60, **environment: str) -> str:
    """What a program printed; it fails with what it said where it ends with an error.

    The environment is added to this process's; `within` is in seconds.
    """
    process = await asyncio.create_subprocess_exec(
        "node",
        program,
        *arguments,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    ended = asyncio.ensure_future(process.communicate())
    await asyncio.wait([ended], timeout=within)
    if process.returncode is None:
        process.kill()
    said, _ = await ended
    assert process.returncode == 0, f"{program.name} failed:\n{said.decode()}"
    return said.decode()


def _is_installed(folder: Path) -> bool:
    """Whether `make node` installed what the lock file says by now."""
    installed = folder / "node_modules/.ready"
    lock = folder / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime
