"""Programs are kept running, and ended when told to."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import psutil
import pytest

from cairn_local import supervisor
from cairn_local.errors import PlatformError
from cairn_local.folder import Folder
from cairn_local.processes import Program
from cairn_local.supervisor import Mark, Supervisor, end_left_over
from support.waiting import eventually

SLEEPER = Program("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"])

HARD_OF_HEARING = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    folder.make()
    return folder


@asynccontextmanager
async def supervising(folder: Folder, said: list[str]) -> AsyncGenerator[Supervisor]:
    supervisor = Supervisor(folder, said.append)
    try:
        yield supervisor
    finally:
        await supervisor.stop([SLEEPER.name])


async def no_problem() -> str | None:
    return None


def pid_of(folder: Folder) -> int:
    return msgspec.json.decode((folder.running / SLEEPER.name).read_bytes(), type=Mark).pid


async def test_a_program_that_dies_is_started_again_and_says_so(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_DELAY", 0.25)
    said: list[str] = []
    async with supervising(folder, said) as watch:
        await watch.start(SLEEPER, no_problem)
        first = psutil.Process(pid_of(folder))
        first.kill()
        await eventually(lambda: pid_of(folder) != first.pid)
        again = psutil.Process(pid_of(folder))
        assert again.is_running()
    assert not again.is_running()
    [line] = said
    assert line.startswith("sleeper ended (SIGKILL) and starts again in 0.25 s")


async def test_a_program_that_never_gets_ready_fails_with_its_log(folder: Folder) -> None:
    broken = Program("sleeper", [sys.executable, "-c", "raise SystemExit('no such stone')"])

    async def never() -> str | None:
        return "no stone yet"

    async with supervising(folder, []) as supervisor:
        with pytest.raises(PlatformError, match=r"(?s)sleeper ended .*exit code 1.*no such stone"):
            await supervisor.start(broken, never)


async def test_one_that_does_not_end_is_ended_by_force(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cairn_local.processes.GRACE", 0.2)
    program = Program("sleeper", [sys.executable, "-c", HARD_OF_HEARING])

    async def deaf() -> str | None:
        return None if "deaf" in folder.log("sleeper").read_text() else "it still hears"

    async with supervising(folder, []) as supervisor:
        await supervisor.start(program, deaf)
        process = psutil.Process(pid_of(folder))
    assert not process.is_running()


STARTS_AND_DIES = """
import asyncio, os, pathlib, sys
import psutil
from cairn_local.folder import Folder
from cairn_local.processes import Program
from cairn_local.supervisor import Supervisor

async def main():
    async def problem():
        # setpriv has yet to tell the kernel: nobody could end what it becomes.
        [child] = psutil.Process().children()
        return "not asleep yet" if child.name() == "setpriv" else None
    sleeper = Program("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"])
    await Supervisor(Folder(pathlib.Path(sys.argv[1])), print).start(sleeper, problem)
    os._exit(1)

asyncio.run(main())
"""


def start_and_die(folder: Folder, path: str) -> int:
    """Start the sleeper from a process that then dies; gives the sleeper's number."""
    command = [sys.executable, "-c", STARTS_AND_DIES, str(folder.path)]
    subprocess.run(command, env=os.environ | {"PATH": path}, check=False)
    return pid_of(folder)


def test_what_a_start_that_died_left_running_is_ended(folder: Folder) -> None:
    orphan = psutil.Process(start_and_die(folder, path=""))  # nobody told the kernel
    assert orphan.is_running()
    assert end_left_over(folder) == ["sleeper"]
    assert not orphan.is_running()
    assert end_left_over(folder) == []


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs util-linux")
def test_the_kernel_ends_what_nobody_watches_any_more(folder: Folder) -> None:
    left = start_and_die(folder, path=os.environ["PATH"])
    deadline = time.monotonic() + 30
    while not has_ended(left):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert end_left_over(folder) == []


def has_ended(pid: int) -> bool:
    """Also when nobody has taken note of its end yet: that is for whoever adopted it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_another_program_with_the_same_number_is_left_alone(folder: Folder) -> None:
    long_ago = Mark(pid=os.getpid(), created=0.0, stop_signal=signal.SIGKILL)
    (folder.running / "sleeper").write_bytes(msgspec.json.encode(long_ago))
    assert end_left_over(folder) == []
