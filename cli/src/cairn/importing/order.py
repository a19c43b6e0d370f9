"""Managers before their reports."""

from collections.abc import Iterator

import msgspec

from cairn.importing.problems import Problem
from cairn.importing.rows import Row, Sheet


class Ordered(msgspec.Struct, frozen=True):
    """Rows in levels: a manager who is in the file is in an earlier level than their reports."""

    levels: list[list[Row]]
    warnings: list[Problem]


def managers_first(sheet: Sheet) -> Ordered:
    """Those who report to one another in a circle are named, and lose their manager."""
    lines = {str(row.values["employee_number"]): row for row in sheet.rows}
    warnings: list[Problem] = []
    for circle in _circles(lines):
        named = " → ".join([*circle, circle[0]])
        for number in circle:
            row = lines[number]
            kept = {name: value for name, value in row.values.items() if name != "manager"}
            lines[number] = Row(row.line, kept)
            warnings.append(
                Problem(
                    file=sheet.file,
                    line=row.line,
                    column="manager",
                    message=f"{named} is a circle; imported without a manager",
                )
            )
    levels: list[list[Row]] = []
    depths = _depths(lines)
    for number, row in lines.items():
        depth = depths[number]
        levels.extend([] for _ in range(depth + 1 - len(levels)))
        levels[depth].append(row)
    return Ordered(levels, warnings)


def _manager(number: str, rows: dict[str, Row]) -> str | None:
    """The manager's number, if the manager is in the file."""
    manager = rows[number].values.get("manager")
    return manager if isinstance(manager, str) and manager in rows else None


def _circles(rows: dict[str, Row]) -> Iterator[list[str]]:
    seen: set[str] = set()
    for start in rows:
        path: dict[str, int] = {}
        number: str | None = start
        while number is not None and number not in seen and number not in path:
            path[number] = len(path)
            number = _manager(number, rows)
        if number is not None and number in path:
            yield list(path)[path[number] :]
        seen.update(path)


def _depths(rows: dict[str, Row]) -> dict[str, int]:
    depths: dict[str, int] = {}
    for start in rows:
        path: list[str] = []
        number: str | None = start
        while number is not None and number not in depths:
            path.append(number)
            number = _manager(number, rows)
        depth = -1 if number is None else depths[number]
        for below, each in enumerate(reversed(path), start=1):
            depths[each] = depth + below
    return depths
