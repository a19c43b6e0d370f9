"""What a process has used: CPU, with its children, and memory. Read from Linux's /proc."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil


def cpu_seconds(pid: int) -> float:
    """CPU of a process and all below it, children that have ended included.

    A living thread counts to the nanosecond, an ended child in ticks of the kernel's clock.
    """
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    ended = sum(process.cpu_times()[2:4])
    return ended + sum(map(sum, (_threads(member.pid) for member in family)))


def _threads(pid: int) -> Iterator[float]:
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            yield int(file.read_text().split(" ", 1)[0]) / 1e9
        except OSError:  # it ended meanwhile
            continue


def family_mebibytes(pid: int) -> float:
    """Resident memory of a process and all below it; what they share is counted for each."""
    return sum(memory_mebibytes(member) for member in _family(pid))


def shared_mebibytes(pid: int) -> float:
    """Their proportional memory (PSS): of what several share, to each its part."""
    rollups = (Path(f"/proc/{member}/smaps_rollup").read_text() for member in _family(pid))
    return sum(int(rollup.partition("\nPss:")[2].split()[0]) for rollup in rollups) / 1024


def _family(pid: int) -> list[int]:
    process = psutil.Process(pid)
    return [pid, *(child.pid for child in process.children(recursive=True))]


def memory_mebibytes(pid: int) -> float:
    """The process's own resident memory now."""
    return psutil.Process(pid).memory_info().rss / 2**20


class Clock:
    """The time from its making, and the CPU of some processes meanwhile."""

    def __init__(self, *pids: int) -> None:
        self._cpu = {pid: cpu_seconds(pid) for pid in pids}
        self._began = time.perf_counter()

    def read(self) -> tuple[float, list[float]]:
        """Seconds that went by, and seconds of CPU of each process."""
        took = time.perf_counter() - self._began
        return took, [cpu_seconds(pid) - before for pid, before in self._cpu.items()]
