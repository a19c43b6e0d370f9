"""How much an operation may read, reckoned before it runs: every page full, every list nested."""

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from math import prod
from typing import Any

from graphql.execution.values import VariableValues

from gateway.planner.arguments import Reader
from gateway.planner.errors import beyond

MOST_PLACES = 100  # that a statement reads rows in: PostgreSQL plans each
MOST_ROWS = 10_000  # that an operation may come to, each place read for every row around it

COUNT = 20  # rows that counting is taken for, however many are counted
MUTATION = 10  # points
OF_SCHEMA = 20  # fields of the schema's description for a point


def cost(*, rows: int, mutations: int = 0, items: int = 0, of_schema: int = 0) -> int:
    """What an operation costs, in points: about what answering a row takes.

    `items` are those of lists in what mutations are given.
    """
    return max(1, rows + MUTATION * mutations + items + of_schema // OF_SCHEMA)


def items_in(value: Any) -> int:
    """How many items the outermost lists of a value have."""
    if isinstance(value, Mapping):
        return sum(items_in(each) for each in value.values())
    return len(value) if isinstance(value, list) else 0


class Cost:
    """Grows while a statement is compiled; afterwards it weighs each request."""

    def __init__(self) -> None:
        self._around: list[Reader] = []  # the sizes of the pages around the place in question
        self._places: list[tuple[Reader, ...]] = []

    def add_place(self) -> None:
        """A place where rows are read. Raises RequestError where there are too many."""
        self._places.append(tuple(self._around))
        if len(self._places) > MOST_PLACES:
            raise beyond("places to read in", None, MOST_PLACES, "ask in several requests")

    @contextmanager
    def on_pages_of(self, size: Reader) -> Generator[None]:
        """What is added within is read for every row of a page."""
        self._around.append(size)
        yield
        self._around.pop()

    def on_count(self) -> AbstractContextManager[None]:
        """What is added within is only counted."""
        return self.on_pages_of(lambda _: COUNT)

    def rows(self, values: VariableValues) -> int:
        """How many rows a request may come to. Raises RequestError where they are too many."""
        rows = sum(prod(size(values) for size in sizes) for sizes in self._places)
        if rows > MOST_ROWS:
            raise beyond(
                "rows", rows, MOST_ROWS, "ask for smaller pages, or for fewer lists within lists"
            )
        return rows
