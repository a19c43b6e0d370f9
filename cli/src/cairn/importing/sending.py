"""Rows in chunks to the platform, and what it made of them."""

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from cairn.client import Client
from cairn.documents import IMPORT_PEOPLE, IMPORT_SITES
from cairn.importing.problems import Problem
from cairn.importing.rows import Row, Values

CHUNK_ROWS = 100  # the service does nothing else for as long as it works on them
CHUNK_BYTES = 200 * 1024  # the gateway takes requests of up to 256 KiB

Advance = Callable[[int], object]


class Outcome(msgspec.Struct, kw_only=True):
    """What became of a file's rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0  # rows
    problems: list[Problem]  # why; a row may have several
    warnings: list[Problem]  # of rows that were taken, but for one cell


class _Note(msgspec.Struct, frozen=True):
    """What the platform says of a cell."""

    row: int  # of the chunk, from 0
    field: str  # as GraphQL calls it
    message: str


class _Answer(msgspec.Struct, frozen=True):
    created: int
    changed: int
    unchanged: int
    refused: list[_Note]
    warned: list[_Note]


def send_sites(client: Client, file: str, rows: list[Row], advance: Advance) -> Outcome:
    return _send(client, IMPORT_SITES, "sites", file, chunks(rows), advance)


def send_people(client: Client, file: str, levels: list[list[Row]], advance: Advance) -> Outcome:
    """Level by level, so that every manager arrives in an earlier chunk than their reports."""
    in_chunks = (chunk for level in levels for chunk in chunks(level))
    return _send(client, IMPORT_PEOPLE, "people", file, in_chunks, advance)


def _send(
    client: Client, document: str, plural: str, file: str, in_chunks: Iterable[list[Row]],
    advance: Advance,
) -> Outcome:  # fmt: skip
    outcome = Outcome(problems=[], warnings=[])
    for chunk in in_chunks:
        rows = [_for_graphql(row.values) for row in chunk]
        answer = msgspec.convert(client.command(document, input={plural: rows}), _Answer)
        outcome.created += answer.created
        outcome.changed += answer.changed
        outcome.unchanged += answer.unchanged
        outcome.refused += len({note.row for note in answer.refused})
        outcome.problems += [_problem(file, chunk, note) for note in answer.refused]
        outcome.warnings += [_problem(file, chunk, note) for note in answer.warned]
        advance(len(chunk))
    return outcome


def chunks(rows: list[Row]) -> Iterator[list[Row]]:
    """At most so many rows and bytes; no row has as many bytes by itself."""
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


def _for_graphql(values: Values) -> Values:
    return {_camel_case(name): value for name, value in values.items()}


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def _problem(file: str, chunk: list[Row], note: _Note) -> Problem:
    column = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", note.field)
    return Problem(file=file, line=chunk[note.row].line, column=column, message=note.message)
