"""Processes of our own that are measured: told what to do, and telling, in lines."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress


class Worker:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._told, self._said = process.stdin, process.stdout
        self.pid = process.pid

    def tell(self, line: str) -> None:
        self._told.write(f"{line}\n".encode())

    async def hear(self) -> str:
        """Its next line. Raises RuntimeError where it has ended."""
        line = await self._said.readline()
        if not line:
            raise RuntimeError("a worker ended before it was done")
        return line.decode().rstrip("\n")


@asynccontextmanager
async def worker(module: str, *arguments: str) -> AsyncGenerator[Worker]:
    """`python -m module …`, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Worker(process)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
