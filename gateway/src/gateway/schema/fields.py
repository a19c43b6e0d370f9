"""How the schema's types are written: a field, its description, and where it is read."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from gateway.planner.model import (
    READ,
    ById,
    Count,
    Feed,
    Filter,
    Found,
    Index,
    Listed,
    Many,
    One,
    OneOf,
    Order,
    Source,
    Split,
    Table,
    Via,
)
from gateway.schema.orders import Orders
from gateway.schema.scalars import Cursor

T = TypeVar("T", bound=type)


class Argument:
    """An argument of a relation: its name, its type, and what it asks of a row."""

    def __init__(
        self,
        name: str,
        annotation: Any,
        description: str,
        condition: str | Mapping[object, str],
        *,
        id_of: str | None = None,
        index: Index | None = None,
        reads: Callable[[Any], object] | None = None,
        type_: str | None = None,
        few: bool = False,
    ) -> None:
        self.name = name
        self.filter = Filter(condition, id_of, index, reads, type_, few)
        self.declared = declared(name, annotation, description)


PAGING = (
    ("first", int, "How many from the front: 1 to 100; 20 where neither this nor `last` is given."),
    ("after", Cursor, "Only those after this cursor."),
    ("last", int, "How many from the back: 1 to 100."),
    ("before", Cursor, "Only those before this cursor."),
)


def declared(name: str, annotation: Any, description: str) -> StrawberryArgument:
    return StrawberryArgument(name, None, StrawberryAnnotation(annotation), description=description)


def field(description: str, source: Source | None = None) -> Any:
    """Without a source, the column (or the member of a structured value) of the same name."""
    return strawberry.field(
        description=description, metadata={} if source is None else {READ: source}
    )


def one(
    description: str, on: str, *arguments: Argument, via: Via | None = None, order: str = ""
) -> Any:
    source = One(on=on, via=via, order=order, filters=_filters(arguments))
    return _with_arguments(field(description, source), [each.declared for each in arguments])


def many(
    description: str,
    on: str,
    *arguments: Argument,
    order: tuple[str, ...],
    descending: bool = False,
    orders: Orders | None = None,
    split: Split | None = None,
) -> Any:
    """`order` is the usual one; `orders` are those that may be asked for with `orderBy`."""
    source = Many(
        on=on,
        order=Order(order, descending),
        orders=orders.by_word if orders else {},
        split=split,
        filters=_filters(arguments),
    )
    declarations = [each.declared for each in arguments]
    if orders:
        declarations.append(declared("order_by", orders.type | None, "The order to list them in."))
    declarations += [declared(name, type_ | None, text) for name, type_, text in PAGING]
    return _with_arguments(field(description, source), declarations)


def count(description: str, type_name: str, on: str) -> Any:
    return field(description, Count(type_name, on))


def one_of(description: str, *, tag: str, on: str, types: Mapping[str, str]) -> Any:
    return field(description, OneOf(tag, on, types))


def by_id(description: str, argument: str, annotation: Any, argument_description: str) -> Any:
    return _with_arguments(
        field(description, ById(argument)),
        [declared(argument, annotation, argument_description)],
    )


def feed(description: str, source: Feed) -> Any:
    return _with_arguments(
        field(description, source),
        [
            declared("since", Cursor | None, "The last answer's cursor; none: from the beginning."),
            declared("first", int | None, "How many changes at most: 1 to 500; 100 if not given."),
        ],
    )


def listed(
    description: str, sql: str, *, sees: str, argument: str, argument_description: str
) -> Any:
    return _with_arguments(
        field(description, Listed(sql, argument, sees)),
        [declared(argument, strawberry.ID, argument_description)],
    )


def found(
    description: str, find: Callable[[str], str | None], argument: str, argument_description: str
) -> Any:
    return _with_arguments(
        field(description, Found(argument, find)), [declared(argument, str, argument_description)]
    )


def read_from(table: str, *, sees: str, description: str) -> Callable[[T], T]:
    """An object type of the read model: its table, and who may see a row."""

    def declare(cls: T) -> T:
        cls.__table__ = Table(table, sees)
        return strawberry.type(cls, description=description)

    return declare


def _with_arguments(declaration: Any, arguments: list[StrawberryArgument]) -> Any:
    declaration.arguments = arguments
    return declaration


def _filters(arguments: tuple[Argument, ...]) -> dict[str, Filter]:
    return {each.name: each.filter for each in arguments}
