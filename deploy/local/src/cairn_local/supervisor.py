"""Keeps programs running: starts again what died, ends all when told to."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import msgspec
import psutil

from cairn_local.folder import Folder
from cairn_local.processes import Program, end, exit_text, start
from cairn_local.readiness import Problem, until_ready

FIRST_DELAY = 0.5  # seconds before a program that died is started again; doubled each time
LONGEST_DELAY = 30.0
STEADY = 60.0  # seconds after which a program counts as well again


class Mark(msgspec.Struct, frozen=True):
    """What is noted of a running program, so that a later start finds it if we die first."""

    pid: int
    created: float
    stop_signal: int


class Supervisor:
    """`say` is told, in one line, of each program that died."""

    def __init__(self, folder: Folder, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._say = say
        self._programs: dict[str, Program] = {}
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._watches: dict[str, asyncio.Task[None]] = {}

    async def start(self, program: Program, problem: Problem) -> None:
        """Start a program, wait until it is ready, and keep it running from then on."""
        log = self._folder.log(program.name)
        self._programs[program.name] = program
        process = await self._launch(program)
        await until_ready(program.name, problem, process, log)
        self._watches[program.name] = asyncio.create_task(self._watch(program))

    async def stop(self, names: Iterable[str]) -> None:
        """End these programs, all at once."""
        await asyncio.gather(*(self._stop(name) for name in names if name in self._programs))

    async def _stop(self, name: str) -> None:
        if watch := self._watches.pop(name, None):
            watch.cancel()
            await asyncio.wait([watch])
        if process := self._processes.pop(name, None):
            await end(process, self._programs[name].stop_signal)
            (self._folder.running / name).unlink(missing_ok=True)

    async def _watch(self, program: Program) -> None:
        delay = FIRST_DELAY
        while True:
            started = time.monotonic()
            code = await self._processes[program.name].wait()
            if time.monotonic() - started > STEADY:
                delay = FIRST_DELAY
            self._say(
                f"{program.name} ended ({exit_text(code)}) and starts again in {delay:g} s; "
                f"its log is {self._folder.log(program.name)}"
            )
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)
            await self._launch(program)

    async def _launch(self, program: Program) -> asyncio.subprocess.Process:
        process = await start(program, self._folder.log(program.name))
        self._processes[program.name] = process
        with suppress(psutil.NoSuchProcess):  # it has ended already
            created = psutil.Process(process.pid).create_time()
            mark = Mark(pid=process.pid, created=created, stop_signal=program.stop_signal)
            (self._folder.running / program.name).write_bytes(msgspec.json.encode(mark))
        return process


def end_left_over(folder: Folder, *, within: float = 10) -> list[str]:
    """End the programs of an earlier start that nobody watches any more; gives their names."""
    found: dict[str, psutil.Process] = {}
    for file in sorted(folder.running.glob("*")):
        mark = msgspec.json.decode(file.read_bytes(), type=Mark)
        try:
            process = psutil.Process(mark.pid)
            ours = abs(process.create_time() - mark.created) < 1  # else another took the number
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                process.send_signal(mark.stop_signal)
                found[file.name] = process
        except psutil.NoSuchProcess:
            pass
        file.unlink()
    _, alive = psutil.wait_procs(list(found.values()), timeout=within)
    for process in alive:
        process.kill()
    return list(found)
