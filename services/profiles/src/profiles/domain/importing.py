"""What imports have in common: rows that are taken or refused one by one, and what came of them."""

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

import msgspec

from profiles.domain.values import Problem, tidied

R = TypeVar("R", bound=msgspec.Struct)


class RowProblem(Problem, frozen=True, kw_only=True):
    """What is wrong with a field of a row; `row` is its place in the command, from 0."""

    row: int


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an import: rows by outcome, every reason for a refusal, and what to look at."""

    created: int
    changed: int
    unchanged: int
    refused: list[RowProblem]  # these rows were not taken; a row may have several reasons
    warned: list[RowProblem] = []  # these were, but for the field


class Rows(Generic[R]):
    """The rows of an import that still stand, by their place, and why the others do not."""

    def __init__(self, rows: Sequence[R], *, key: str) -> None:
        """Tidy the rows' values. `key` is the field by which a row is told from the others."""
        self.standing: dict[int, R] = {}
        self._refused: list[RowProblem] = []
        met: set[str] = set()
        for place, row in enumerate(rows):
            tidy, problems = tidied(row)
            for problem in problems:
                self._note(place, problem.field, problem.message)
            if problems:
                continue
            if getattr(tidy, key) in met:
                self._note(place, key, "An earlier row of this import has the same value.")
                continue
            met.add(getattr(tidy, key))
            self.standing[place] = tidy

    @property
    def refused(self) -> list[RowProblem]:
        """Every reason for a refusal so far, in the order of the rows."""
        return sorted(self._refused, key=lambda problem: problem.row)

    def refuse(self, place: int, field: str, message: str) -> None:
        del self.standing[place]
        self._note(place, field, message)

    def __iter__(self) -> Iterator[tuple[int, R]]:
        return iter(list(self.standing.items()))

    def _note(self, place: int, field: str, message: str) -> None:
        self._refused.append(RowProblem(row=place, field=field, message=message))
