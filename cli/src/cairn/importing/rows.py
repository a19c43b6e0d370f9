"""Records as rows: every cell read as its column asks, every fault named."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import msgspec

from cairn.importing.columns import Column, Unexpected, is_text
from cairn.importing.problems import Problem
from cairn.importing.table import Record, Unreadable, records
from cairn.troubles import Trouble

Values = Mapping[str, object]


class Row(msgspec.Struct, frozen=True):
    line: int
    values: Values  # by column, without those of which the row says nothing


class Sheet(msgspec.Struct, frozen=True):
    """What a file holds: the rows that can be sent, and what is wrong with the others."""

    file: str
    rows: list[Row]
    problems: list[Problem]
    ignored: list[str]  # unknown columns


def read(path: Path, columns: Sequence[Column], *, ignore_unknown: bool = False) -> Sheet:
    """Raises Trouble where the file as a whole is of no use."""
    found = records(path)
    header = next(found, None)
    if not isinstance(header, Record):
        raise Trouble(f"{path} has no header: its first line must name the columns.")
    places, ignored = _places(path, header.cells, columns, ignore_unknown=ignore_unknown)
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    for record in found:
        if isinstance(record, Unreadable):
            problems.append(Problem(file=path.name, line=record.line, message=record.message))
            continue
        values, faults = _values(record.cells, places)
        faults += _repeated(values, record.line, columns, seen)
        problems += [
            Problem(file=path.name, line=record.line, column=column, message=message)
            for column, message in faults
        ]
        if not faults:
            rows.append(Row(record.line, values))
    return Sheet(path.name, rows, problems, ignored)


Places = list[tuple[int, Column]]
Fault = tuple[str, str]  # column, message


def _places(
    path: Path, header: list[str], columns: Sequence[Column], *, ignore_unknown: bool
) -> tuple[Places, list[str]]:
    """Where in a row each column is."""
    if not is_text("".join(header)):
        raise Trouble(f"{path} is not text in UTF-8. Save it as CSV in UTF-8.")
    names = [_name(cell) for cell in header]
    known = {column.name: column for column in columns}
    twice = sorted({name for name in names if name in known and names.count(name) > 1})
    if twice:
        raise Trouble(f"{path} has the column {twice[0]} twice.")
    unknown = [name for name in names if name not in known]
    if unknown and not ignore_unknown:
        raise Trouble(f"{path}: {_unknown(unknown, list(known))}")
    missing = [column.name for column in columns if column.required and column.name not in names]
    if missing:
        raise Trouble(f"{path} lacks the column {', '.join(missing)}, which every row needs.")
    return [(at, known[name]) for at, name in enumerate(names) if name in known], unknown


def _name(cell: str) -> str:
    return cell.strip().lower().replace(" ", "_").replace("-", "_")


def _unknown(unknown: list[str], known: list[str]) -> str:
    def guess(name: str) -> str:
        near = get_close_matches(name, known, n=1, cutoff=0.75)
        return f"“{name}”" + (f" (is it {near[0]}?)" if near else "")

    named = ", ".join(guess(name) for name in unknown)
    return (
        f"unknown column {named}. Known are: {', '.join(known)}. "
        "Rename it, or leave it out with --ignore-unknown."
    )


def _values(cells: list[str], places: Places) -> tuple[Values, list[Fault]]:
    values: dict[str, object] = {}
    faults: list[Fault] = []
    for at, column in places:
        cell = cells[at].strip()
        try:
            if cell:
                values[column.name] = column.read(cell)
            elif column.empty is not msgspec.UNSET:
                values[column.name] = column.empty
            elif column.required:
                raise Unexpected("expected a value, the cell is empty")
        except Unexpected as unexpected:
            faults.append((column.name, str(unexpected)))
    return values, faults


def _repeated(
    values: Values, line: int, columns: Sequence[Column], seen: dict[tuple[str, str], int]
) -> Iterator[Fault]:
    for column in columns:
        value = values.get(column.name)
        if not column.unique or not isinstance(value, str):
            continue
        first = seen.setdefault((column.name, value), line)
        if first != line:
            yield column.name, f"expected a value of its own, line {first} has the same"
