"""How results are shown: for people on a terminal, or as one JSON document for programs."""

import sys

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

WIDE = 300  # characters

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(result: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(result), indent=2).decode() + "\n")


def print_table(table: Table) -> None:
    """On a terminal as wide as that is; for a file or a pipe as wide as it wants to be."""
    Console(highlight=False, width=None if out.is_terminal else WIDE).print(table)


def progress() -> Progress:
    """A bar on the error stream, shown on a terminal only."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        disable=not err.is_terminal,
        transient=True,
    )
