"""What Relay asks for: nodes with global ids, and connections that are read page by page."""

from typing import Generic, TypeVar

import strawberry

from gateway.schema.fields import field
from gateway.schema.scalars import Cursor

T = TypeVar("T")


@strawberry.interface(description="Whatever has a global id and can be read again by it.")
class Node:
    id: strawberry.ID = field("The global id: unique over all types, opaque to clients.")


@strawberry.type(description="Where a page lies in its connection.")
class PageInfo:
    has_next_page: bool = field(
        "Whether more follow. When paging backward: whether any follow `before`."
    )
    has_previous_page: bool = field(
        "Whether more precede. When paging forward: whether any precede `after`."
    )
    start_cursor: Cursor | None = field("The cursor of the page's first edge.")
    end_cursor: Cursor | None = field("The cursor of the page's last edge.")


@strawberry.type(description="A place in a connection, with what stands there.")
class Edge(Generic[T]):
    node: T = field("What stands there.")
    cursor: Cursor = field("The place, for `after` and `before`.")


@strawberry.type(description="A page of a list that may be long.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = field("The page's entries, in the connection's order.")
    page_info: PageInfo = field("Where this page lies.")
    total_count: int = field("How many there are over all pages; counted only when asked for.")
