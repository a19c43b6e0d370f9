"""How a connection is cut into pages: by the keys of its rows, never by counting past them."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql.execution.values import VariableValues

from gateway.planner.arguments import Arguments, Reader
from gateway.planner.cursors import cursor_sql, read_cursor
from gateway.planner.errors import refused
from gateway.planner.model import Order
from gateway.planner.parameters import Parameters

DEFAULT_SIZE = 20
MOST = 100  # rows on a page
NUMBERS = {"double precision", "int"}  # JSON has them as such, and cursors as text


@dataclass(frozen=True)
class Paging:
    """Which rows a page has: SQL for its size and for the keys of the cursors it lies between."""

    tag: str  # of the cursors
    columns: tuple[str, ...]  # that the rows are ordered by, the id last
    types: Sequence[str]  # of the columns
    descending: bool
    backward: bool
    size: str
    read_size: Reader
    after: str | None
    before: str | None

    def keys(self, alias: str) -> list[str]:
        return [f"{alias}.{column}" for column in self.columns]

    def cursor(self, keys: Sequence[str]) -> str:
        """The expression of a row's cursor, as JSON text."""
        texts = [
            f"({key})::text" if type_ in NUMBERS else key
            for key, type_ in zip(keys, self.types, strict=True)
        ]
        return f"to_json({cursor_sql(self.tag, texts)})"

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
    order: Order,
    types: Sequence[str],
    usual: bool,
) -> Paging:
    """As the arguments ask. Raises RequestError for two sizes.

    A cursor says of what type its row is and, unless it is the usual one, in which order it stands.
    """
    tag = type_name if usual else " ".join([type_name, *order.columns])
    if arguments.given("first") and arguments.given("last"):
        message = "A page is either the `first` or the `last` of its connection, not both."
        raise refused("BAD_PAGE", message, [arguments.node])
    backward = arguments.given("last")

    def cursor(name: str) -> str | None:
        if not arguments.given(name):
            return None
        read = arguments.reader(name)

        def keys(values: VariableValues) -> tuple[object, ...]:
            found = read_cursor(read(values), tag, types)
            if found is None:
                message = (
                    f"`{name}` takes a cursor that a connection of {type_name} gave out, in the"
                    " same order."
                )
                raise refused("BAD_CURSOR", message, [arguments.node])
            return found

        return f"({', '.join(parameters.add_group(types, keys))})"

    read_size = size_reader(arguments, "last" if backward else "first")
    return Paging(
        tag=tag,
        columns=(*order.columns, "id"),
        types=types,
        descending=order.descending,
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
