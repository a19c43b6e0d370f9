"""How a connection is cut into pages: by the keys of its rows, never by counting past them."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql.execution.values import VariableValues

from gateway.planner.arguments import Arguments, Reader
from gateway.planner.cursors import read_cursor
from gateway.planner.errors import refused
from gateway.planner.parameters import Parameters

DEFAULT_SIZE = 20
MOST = 100  # rows on a page


@dataclass(frozen=True)
class Paging:
    """Which rows a page has: SQL for its size and for the keys of the cursors it lies between."""

    columns: tuple[str, ...]  # that the rows are ordered by, the id last
    descending: bool
    backward: bool
    size: str
    read_size: Reader
    after: str | None
    before: str | None

    def keys(self, alias: str) -> list[str]:
        return [f"{alias}.{column}" for column in self.columns]

    def order(self, alias: str) -> str:
        """From the page's own end of the connection: backward pages are read back to front."""
        direction = " desc" if self.descending != self.backward else ""
        return ", ".join(f"{key}{direction}" for key in self.keys(alias))

    def within(self, alias: str) -> list[str]:
        """What holds of the rows between the cursors."""
        row = f"({', '.join(self.keys(alias))})"
        follows, precedes = ("<", ">") if self.descending else (">", "<")
        return [
            *([f"{row} {follows} {self.after}"] if self.after else []),
            *([f"{row} {precedes} {self.before}"] if self.before else []),
        ]

    def beyond(self, alias: str) -> str | None:
        """What holds of the rows on the far side of the cursor that the page begins at."""
        row = f"({', '.join(self.keys(alias))})"
        if self.backward:
            return self.before and f"{row} {'<=' if self.descending else '>='} {self.before}"
        return self.after and f"{row} {'>=' if self.descending else '<='} {self.after}"


def paging(
    arguments: Arguments,
    parameters: Parameters,
    *,
    type_name: str,
    columns: tuple[str, ...],
    types: Sequence[str],
    descending: bool,
) -> Paging:
    """As the arguments ask. Raises RequestError for two sizes."""
    if arguments.given("first") and arguments.given("last"):
        message = "A page is either the `first` or the `last` of its connection, not both."
        raise refused("BAD_PAGE", message, [arguments.node])
    backward = arguments.given("last")

    def cursor(name: str) -> str | None:
        if not arguments.given(name):
            return None
        read = arguments.reader(name)

        def keys(values: VariableValues) -> tuple[object, ...]:
            found = read_cursor(read(values), type_name, types)
            if found is None:
                message = f"`{name}` takes a cursor that a connection of {type_name} gave out."
                raise refused("BAD_CURSOR", message, [arguments.node])
            return found

        return f"({', '.join(parameters.add_group(types, keys))})"

    read_size = size_reader(arguments, "last" if backward else "first")
    return Paging(
        columns=columns,
        descending=descending,
        backward=backward,
        size=parameters.add("int", read_size),
        read_size=read_size,
        after=cursor("after"),
        before=cursor("before"),
    )


def size_reader(
    arguments: Arguments, name: str, *, default: int = DEFAULT_SIZE, most: int = MOST
) -> Reader:
    """How a request's size of a page is found; RequestError where it is too large or none."""
    if not arguments.given(name):
        return lambda _: default
    read = arguments.reader(name)

    def size(values: VariableValues) -> int:
        asked = read(values)
        if not 1 <= asked <= most:
            message = f"`{name}` is 1 to {most}, not {asked}."
            raise refused("BAD_PAGE", message, [arguments.node])
        return asked

    return size
