"""Rows in chunks to the platform, and what it made of them."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from cairn.client import Client
from cairn.documents import IMPORT_PEOPLE, IMPORT_SITES
from cairn.importing.order import Ordered, without_manager
from cairn.importing.problems import Problem
from cairn.importing.rows import Row, Sheet

CHUNK_ROWS = 500
CHUNK_BYTES = 512 * 1024

Advance = Callable[[int], object]


class Outcome(msgspec.Struct, kw_only=True):
    """What became of a file's rows; `refused` and `warnings` have a sentence each."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Problem]
    warnings: list[Problem]


class _Answer(msgspec.Struct, frozen=True):
    created: int
    changed: int
    unchanged: int
    refused: list["_Refusal"]


class _Refusal(msgspec.Struct, frozen=True):
    row: int  # of the chunk, from 0
    field: str
    message: str


def send_sites(client: Client, sheet: Sheet, advance: Advance) -> Outcome:
    outcome = Outcome(refused=list(sheet.problems), warnings=[])
    for chunk in chunks(sheet.rows):
        answer = _send(client, IMPORT_SITES, "sites", chunk)
        _count(outcome, answer)
        outcome.refused += [_problem(sheet.file, chunk, refusal) for refusal in answer.refused]
        advance(len(chunk))
    return outcome


def send_people(client: Client, sheet: Sheet, ordered: Ordered, advance: Advance) -> Outcome:
    """Who is refused for the manager alone is sent once more without one, and warned of."""
    outcome = Outcome(refused=list(sheet.problems), warnings=list(ordered.warnings))
    for level in ordered.levels:
        for chunk in chunks(level):
            answer = _send(client, IMPORT_PEOPLE, "people", chunk)
            _count(outcome, answer)
            unled: list[Row] = []
            for refusal in answer.refused:
                problem = _problem(sheet.file, chunk, refusal)
                if refusal.field == "manager":
                    unled.append(without_manager(chunk[refusal.row]))
                    without = f"{problem.message} Imported without a manager."
                    outcome.warnings.append(msgspec.structs.replace(problem, message=without))
                else:
                    outcome.refused.append(problem)
            if unled:
                again = _send(client, IMPORT_PEOPLE, "people", unled)
                _count(outcome, again)
                outcome.refused += [_problem(sheet.file, unled, each) for each in again.refused]
            advance(len(chunk))
    return outcome


def chunks(rows: list[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    size = 0
    for row in rows:
        bytes_of_row = len(msgspec.json.encode(row.values))
        if chunk and (len(chunk) == CHUNK_ROWS or size + bytes_of_row > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += bytes_of_row
    if chunk:
        yield chunk


def _send(client: Client, document: str, plural: str, chunk: list[Row]) -> _Answer:
    rows = [{camel_case(name): value for name, value in row.values.items()} for row in chunk]
    payload: dict[str, Any] = client.command(document, input={plural: rows})
    return msgspec.convert(payload, _Answer)


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _count(outcome: Outcome, answer: _Answer) -> None:
    outcome.created += answer.created
    outcome.changed += answer.changed
    outcome.unchanged += answer.unchanged


def _problem(file: str, chunk: list[Row], refusal: _Refusal) -> Problem:
    return Problem(
        file=file,
        line=chunk[refusal.row].line,
        column=snake_case(refusal.field) or None,
        message=refusal.message,
    )
