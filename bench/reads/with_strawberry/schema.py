"""The types. What a row has are plain fields; what leads elsewhere goes through a data loader."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import strawberry
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.types import Info

from bench.reads.with_strawberry.loaders import Loaders, Reader, Row
from contracts.matching import Role
from gateway.planner.ids import global_id, read_global_id

T = TypeVar("T")
Context = dict[str, Any]
Asked = Info[Context, None]
strawberry.enum(Role)


def loaders(info: Asked) -> Loaders:
    return info.context["loaders"]


@strawberry.interface
class Node:
    id: strawberry.ID
    key: strawberry.Private[UUID]


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class Edge(Generic[T]):
    node: T


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo


def page(make: Callable[[Row], T], rows: list[Row], first: int) -> Connection[T]:
    """A page of `first`; the rows may be one more, which says that there are others."""
    edges = [Edge(node=make(row)) for row in rows[:first]]
    return Connection(edges=edges, page_info=PageInfo(has_next_page=len(rows) > first))


@strawberry.type
class Site(Node):
    city: str


def site(row: Row) -> Site:
    return Site(id=_id("Site", row), key=row["id"], city=row["city"])


@strawberry.type
class Goal(Node):
    title: str
    progress: int


def goal(row: Row) -> Goal:
    return Goal(id=_id("Goal", row), key=row["id"], title=row["title"], progress=row["progress"])


@strawberry.type
class Session(Node):
    starts_at: datetime


def session(row: Row) -> Session:
    return Session(id=_id("Session", row), key=row["id"], starts_at=row["starts_at"])


@strawberry.type
class Pairing(Node):
    mentor_id: strawberry.Private[UUID]

    @strawberry.field
    async def mentor(self, info: Asked) -> Annotated["Person", strawberry.lazy(__name__)] | None:
        row = await loaders(info).people.load(self.mentor_id)
        return person(row) if row else None

    @strawberry.field
    async def goals(self, info: Asked, first: int = 20) -> Connection[Goal]:
        rows = await loaders(info).goals.load((self.key, first + 1))
        return page(goal, rows, first)

    @strawberry.field
    async def next_session(self, info: Asked) -> Session | None:
        row = await loaders(info).next_sessions.load(self.key)
        return session(row) if row else None


def pairing(row: Row) -> Pairing:
    return Pairing(id=_id("Pairing", row), key=row["id"], mentor_id=row["mentor_id"])


@strawberry.type
class Person(Node):
    full_name: str
    job_title: str
    time_zone: str
    aspiration: str
    skills_offered: list[str]
    capacity: int
    site_id: strawberry.Private[UUID]

    @strawberry.field
    async def site(self, info: Asked) -> Site | None:
        row = await loaders(info).sites.load(self.site_id)
        return site(row) if row else None

    @strawberry.field
    async def pairings(self, info: Asked, role: Role, first: int = 20) -> Connection[Pairing]:
        if role is not Role.MENTEE:
            raise NotImplementedError  # none of the three operations asks
        rows = await loaders(info).pairings.load((self.key, first + 1))
        return page(pairing, rows, first)


def person(row: Row) -> Person:
    return Person(
        id=_id("Person", row),
        key=row["id"],
        full_name=f"{row['given_name']} {row['family_name']}",
        job_title=row["job_title"],
        time_zone=row["time_zone"],
        aspiration=row["aspiration"],
        skills_offered=row["skills_offered"],
        capacity=row["capacity"],
        site_id=row["site_id"],
    )


@strawberry.type
class Query:
    @strawberry.field
    async def viewer(self, info: Asked) -> Person | None:
        reader: Reader = info.context["reader"]
        if reader.caller.person_id is None:
            return None
        row = await loaders(info).people.load(reader.caller.person_id)
        return person(row) if row else None

    @strawberry.field
    async def people(
        self, info: Asked, site: strawberry.ID, offers_mentoring: bool, first: int = 20
    ) -> Connection[Person]:
        if not offers_mentoring:
            raise NotImplementedError
        named = read_global_id(site)
        rows = await loaders(info).people_offering(named[1], first + 1) if named else []
        return page(person, rows, first)

    @strawberry.field
    async def node(self, info: Asked, id: strawberry.ID) -> Node | None:  # noqa: A002
        named = read_global_id(id)
        row = named and await loaders(info).people.load(named[1])
        return person(row) if row else None


class InTenant(SchemaExtension):
    """A request is one transaction within the viewer's tenant."""

    async def on_operation(self) -> AsyncIterator[None]:
        context: Context = self.execution_context.context
        reader: Reader = context["reader"]
        async with context["database"].tenant(reader.caller.organisation_id) as connection:
            reader.connection = connection
            yield


def build_schema() -> strawberry.Schema:
    return strawberry.Schema(
        Query, types=[Person], extensions=[ParserCache, ValidationCache, InTenant]
    )


def _id(type_name: str, row: Row) -> strawberry.ID:
    return strawberry.ID(global_id(type_name, row["id"]))
