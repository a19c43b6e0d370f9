"""How a schema says where its data is: what the planner reads off the types.

SQL in these declarations is written by us, never by a client, and has these names in braces:
`{row}`, the row in question; `{parent}`, the row whose field it is; `{via}`, the row in between;
`{viewer}`, with `organisation_id`, `person_id`, `administrator` and `operator`; `{value}`, an
argument's value.
The tenant and the visibility of every table that is read are added by the planner.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Table:
    """A type that is read from a table, and who may see a row of it."""

    name: str
    sees: str


@dataclass(frozen=True)
class Column:
    """A column of the row, or a member of a structured value.

    Of a list, `items` says which of its items are seen: a predicate over the row and `{item}`, a
    structured value.
    """

    name: str
    sees: str | None = None  # where it differs from the row's; unseen is null
    items: str | None = None


@dataclass(frozen=True)
class Computed:
    """An expression over the row's own columns; the planner refuses one that reads a table."""

    sql: str
    sees: str | None = None


@dataclass(frozen=True)
class Order:
    """Columns that are never null, by which rows are ordered, and then by id.

    `types` are their PostgreSQL types, where they are not all fields of the type.
    """

    columns: tuple[str, ...]
    descending: bool = False
    types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Index:
    """Where the rows that an argument asks for are found, before anything of them is read.

    `rows` selects their ids. In columns that `equals` names it has what the row has: where it is
    read in their order, so are the rows. It may add columns, and an order of its own by them. Of
    those that the viewer may see, `most` are taken.
    """

    rows: str
    equals: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    order: Order | None = None
    most: int | None = None


@dataclass(frozen=True)
class Filter:
    """What an argument asks of a row.

    `condition` is one condition on `{value}`, or one for each value that the argument can take
    (None: where it is left out). `id_of` names the type whose global id the argument takes.
    `reads` makes of an argument's value what is looked for, of the PostgreSQL type `type`.

    The first argument given that has an `index`, or leaves `few` rows by an index of PostgreSQL's,
    leads to the rows; what the others ask for is seen of each.
    """

    condition: str | Mapping[object, str]
    id_of: str | None = None
    index: Index | None = None
    reads: Callable[[Any], object] | None = None
    type: str | None = None
    few: bool = False


@dataclass(frozen=True)
class Via:
    """A row that stands between a row and what it refers to."""

    type: str
    on: str


@dataclass(frozen=True, kw_only=True)
class One:
    """At most one row: the one that `on` finds, or the first by `order` of those."""

    on: str
    via: Via | None = None
    order: str = ""
    filters: Mapping[str, Filter] = field(default_factory=dict[str, Filter])


@dataclass(frozen=True)
class Split:
    """That some see every row of a relation, and others only the few that are their own.

    Those few have an index of their own, so that nobody has to look for them among all. `all` is
    over the viewer and the parent, `own` over the row and the viewer. Who may see a row is said
    elsewhere: this leaves out only what could not be seen.
    """

    all: str
    own: str


@dataclass(frozen=True, kw_only=True)
class Many:
    """Rows, a page at a time, in an order; or in the one that the argument `orderBy` names."""

    on: str
    order: Order
    orders: Mapping[object, Order] = field(default_factory=dict[object, Order])
    split: Split | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict[str, Filter])


@dataclass(frozen=True)
class Count:
    """How many rows of a type `on` finds."""

    type: str
    on: str


@dataclass(frozen=True)
class OneOf:
    """One row of one of several types, told apart by what `tag` says."""

    tag: str
    on: str
    types: Mapping[str, str]  # the tag's value -> the type


@dataclass(frozen=True)
class ById:
    """The row that the argument's global id names, whatever its type; or one for each of a list."""

    argument: str


@dataclass(frozen=True)
class Listed:
    """A JSON array of structured values that an expression makes of an argument, a UUID.

    What the expression reads has no visibility of its own: `sees` is over the viewer alone. An
    argument that is no UUID is null to it.
    """

    sql: str
    argument: str
    sees: str


@dataclass(frozen=True)
class Found:
    """A structured value, or a list of them, that `find` knows by an argument: JSON, or None.

    It is asked for each request, so it must be quick; it knows nothing of any tenant.
    """

    argument: str
    find: Callable[[str], str | None]


@dataclass(frozen=True)
class Feed:
    """What has changed of the rows that concern the viewer.

    Each relation names a type and selects `id` and `changed` of some of its rows; `{since}` is the
    number from which on changes are asked for.
    """

    relations: tuple[tuple[str, str], ...]

    @property
    def types(self) -> list[str]:
        return sorted({name for name, _ in self.relations})


Source = Column | Computed | One | Many | Count | OneOf | ById | Listed | Found | Feed

READ = "read"  # the key of a field's source in its metadata
