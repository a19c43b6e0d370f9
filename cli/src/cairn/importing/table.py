"""A CSV file as records, with the physical line each begins on; bad ones do not stop the rest."""

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from cairn.troubles import Trouble


class Record(msgspec.Struct, frozen=True):
    line: int  # physical, from 1
    cells: list[str]


class Unreadable(msgspec.Struct, frozen=True):
    line: int
    message: str


def records(path: Path) -> Iterator[Record | Unreadable]:
    """The header first, then the rows that have anything in them.

    A row that cannot be read, or has another number of cells than the header, ends at its first
    line break: an open quotation mark must not swallow the rows below it. Bytes that are not UTF-8
    arrive as lone surrogates. Raises Trouble where there is no such file.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            yield from _records(_Lines(file))
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from None


def _records(lines: "_Lines") -> Iterator[Record | Unreadable]:
    reader = csv.reader(lines, strict=True)
    width = 0
    while True:
        start = lines.begin()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            lines.back_to_second()
            yield Unreadable(start, _expected(error))
            continue
        if cells is None:
            return
        if width and len(cells) != width and any(cells):
            lines.back_to_second()
            yield Unreadable(start, f"expected {width} cells as in the header, found {len(cells)}")
        elif any(cells):
            width = width or len(cells)
            yield Record(start, cells)


def _expected(error: csv.Error) -> str:
    said = str(error)
    if "end of data" in said or "field limit" in said:
        return "expected a quotation mark that closes the one opened here"
    if "expected after" in said:
        return "expected a comma behind a closing quotation mark"
    return f"expected a row of CSV, but {said}"


class _Lines:
    """Physical lines, which can be taken back as far as the record's second one."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._next = 1

    def begin(self) -> int:
        self._taken.clear()
        return self._next

    def back_to_second(self) -> None:
        second = self._taken[1:]
        self._again.extendleft(reversed(second))
        self._next -= len(second)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._file)
        self._taken.append(line)
        self._next += 1
        return line
