"""What the person at the terminal sees: one line for each thing done, and what is under way."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Nobody reads any more (`make up | head`): that is no reason to end the platform."""
        self.quiet = True


class Report:
    """Lines read the same in a file; only a terminal also shows what is being waited for."""

    def __init__(self) -> None:
        self._console = _Console(highlight=False, soft_wrap=True)
        self._under_way: dict[str, str] = {}
        self._status = Status("", console=self._console)

    def say(self, line: str) -> None:
        self._console.print(line, markup=False)

    @contextmanager
    def step(self, doing: str, done: str) -> Generator[Callable[[str], None]]:
        """Show `doing` while the block runs, then say `done` with the time that it took.

        The block is given a function that shows how far it has come.
        """
        started = time.monotonic()
        self._show(doing, doing)
        try:
            yield lambda progress: self._show(doing, f"{doing}: {progress}")
        finally:
            self._show(doing, None)
        self.say(f"  {done} ({time.monotonic() - started:.1f} s)")

    def _show(self, doing: str, text: str | None) -> None:
        if text is None:
            del self._under_way[doing]
        else:
            self._under_way[doing] = text
        self._status.update(", ".join(self._under_way.values()))
        if self._under_way:
            self._status.start()
        else:
            self._status.stop()
