"""The values that a statement takes from each request, as columns of its one-row source."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql.execution.values import VariableValues

from gateway.planner.sql import VIEWER

Reader = Callable[[VariableValues], Any]
GroupReader = Callable[[VariableValues], Sequence[Any]]


class Parameters:
    """Grows while a statement is compiled; afterwards it reads each request's values."""

    def __init__(self) -> None:
        self.types: list[str] = []
        self._readers: list[GroupReader] = []
        self._outcomes: dict[str, int] = {}  # response key of a mutation's field -> place

    def add(self, type_: str, reader: Reader) -> str:
        """The column of a value of that PostgreSQL type."""
        (column,) = self.add_group([type_], lambda values: (reader(values),))
        return column

    def add_group(self, types: Sequence[str], reader: GroupReader) -> list[str]:
        """The columns of values that are read together."""
        assert not any(type_.endswith("[]") for type_ in types)  # a shared statement unnests them
        first = len(self.types)
        self.types += types
        self._readers.append(reader)
        return [f"{VIEWER}.v{place}" for place in range(first, len(self.types))]

    def add_outcome(self, key: str) -> str:
        """The column of what came of a mutation's field: JSON, known only when it has run."""
        self._outcomes[key] = len(self.types)
        return self.add("jsonb", lambda _: None)

    def read(self, values: VariableValues) -> list[Any]:
        """A request's values; RequestError where one will not do."""
        return [each for reader in self._readers for each in reader(values)]

    def fill(self, arguments: list[Any], outcomes: Mapping[str, str | None]) -> list[Any]:
        """The same values with the outcomes among them."""
        filled = list(arguments)
        for key, place in self._outcomes.items():
            filled[place] = outcomes[key]
        return filled
