"""Queries that ask alike are answered together: one statement for many, when there are many.

A query runs at once and by itself, unless so many of its kind (one statement, one tenant) are under
way that more would only be in each other's way. Then it waits until one of those ends, and all that
came to wait meanwhile are answered by one statement. Nobody waits for company.
"""

import asyncio
import time
from collections import deque
from contextlib import nullcontext
from contextvars import Context
from dataclasses import dataclass, field
from uuid import UUID
from weakref import WeakKeyDictionary

import asyncpg
from cachetools import LRUCache
from opentelemetry import trace
from opentelemetry.trace import Link, SpanContext

from chassis import telemetry
from chassis.database import TRANSIENT, Connection, Database
from chassis.logs import logger
from gateway import metrics
from gateway.planner import Plan, Viewer, run_shared
from gateway.planner.cost import MOST_ROWS
from gateway.planner.statements import Statement
from gateway.reading import read

ABREAST = 2  # statements of a kind under way, past which the next query waits
MOST = 32  # queries that one statement answers
LONGEST = 0.1  # seconds that a shared statement should take, judged by those before
SLOWER = 1.02  # how much slower a kind is taken to be with every statement that was slow
PATIENCE = 2.0  # seconds for a shared statement; then each of its queries runs by itself
TENANTS = 1000  # of a statement, whose pace is remembered

log = logger("gateway.merging")


class Merger:
    """Runs queries on the read model."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kinds = WeakKeyDictionary[Statement, LRUCache[UUID, _Kind]]()
        self._sharing = set[asyncio.Task[None]]()

    async def run(self, plan: Plan, viewer: Viewer) -> bytes:
        """The answer's bytes. Nothing runs on for those whose tasks were cancelled."""
        kind = self._kind(plan, viewer)
        if kind.crowded:
            answer = await self._together(kind, plan, viewer)
            if answer is not None:
                return answer
        return await self._alone(kind, plan, viewer)

    def pace(self, plan: Plan, viewer: Viewer) -> float:
        """Seconds that such a query has taken when it did not have to wait; 0: there was none."""
        return self._kind(plan, viewer).pace

    def _kind(self, plan: Plan, viewer: Viewer) -> "_Kind":
        of_tenants = self._kinds.get(plan.statement)
        if of_tenants is None:
            of_tenants = self._kinds[plan.statement] = LRUCache(TENANTS)
        kind = of_tenants.get(viewer.organisation_id)
        if kind is None:
            kind = of_tenants[viewer.organisation_id] = _Kind()
        return kind

    async def _alone(self, kind: "_Kind", plan: Plan, viewer: Viewer) -> bytes:
        async def run(connection: Connection) -> bytes:
            began = time.perf_counter()
            answer = await plan.run(connection, viewer)
            kind.took(time.perf_counter() - began)
            return answer

        kind.under_way += 1
        try:
            return await read(self._database, run)
        finally:
            kind.under_way -= 1
            self._share_next(kind)

    async def _together(self, kind: "_Kind", plan: Plan, viewer: Viewer) -> bytes | None:
        """None where the query must run by itself after all."""
        group = kind.group_for(plan)
        if len(kind.waiting) > 1:  # the first is full, and has nothing to wait for
            self._share_next(kind)
        return await group.join(plan, viewer)

    def _share_next(self, kind: "_Kind") -> None:
        """Have the group that has waited longest answered, if any waits."""
        if kind.waiting:
            kind.under_way += 1
            # A context of its own: it is not part of the request that happened to make room.
            task = asyncio.create_task(self._share(kind, kind.waiting.popleft()), context=Context())
            self._sharing.add(task)
            task.add_done_callback(self._sharing.discard)

    async def _share(self, kind: "_Kind", group: "_Group") -> None:
        try:
            async with self._database.connection() as connection:
                await group.answer(connection, kind)
        except TRANSIENT as error:  # there was no connection to be had
            group.fail(error)
        finally:
            group.dissolve()
            kind.under_way -= 1
            self._share_next(kind)


class _Kind:
    """Queries of one statement and one tenant."""

    def __init__(self) -> None:
        self.under_way = 0  # statements
        self.waiting = deque[_Group]()
        self._last = _Group(closed=True)  # the group that came last, which may be under way
        self.pace = 0.0  # seconds that a query took, when it did not have to wait for others

    @property
    def crowded(self) -> bool:
        return self.under_way >= ABREAST and self._room() > 1

    def group_for(self, plan: Plan) -> "_Group":
        """A group that can take the query, new where need be."""
        if not self._last.takes(plan, self._room()):
            self._last = _Group()
            self.waiting.append(self._last)
        return self._last

    def took(self, seconds: float, queries: int = 1) -> None:
        """Learn from a statement how long a query takes.

        The shortest time counts: the others were lengthened by whatever else the machine did.
        """
        each = seconds / queries
        self.pace = min(each, self.pace * SLOWER) if self.pace else each

    def _room(self) -> int:
        """How many queries a statement should answer."""
        return MOST if self.pace * MOST <= LONGEST else int(LONGEST / self.pace)


@dataclass
class _Member:
    plan: Plan
    viewer: Viewer
    span: SpanContext
    answer: asyncio.Future[bytes | None]


@dataclass(eq=False)
class _Group:
    """Queries that wait together, and are then answered together."""

    closed: bool = False
    rows: int = 0  # that they may come to
    members: list[_Member] = field(default_factory=list[_Member])
    _patience: asyncio.Timeout | None = None  # of the statement under way

    def takes(self, plan: Plan, room: int) -> bool:
        """Whether there is room: together they may come to as many rows as one query may."""
        return not self.closed and len(self.members) < room and self.rows + plan.rows <= MOST_ROWS

    async def join(self, plan: Plan, viewer: Viewer) -> bytes | None:
        future = asyncio.get_running_loop().create_future()
        span = trace.get_current_span().get_span_context()
        self.members.append(_Member(plan, viewer, span, future))
        self.rows += plan.rows
        try:
            return await future
        except asyncio.CancelledError:
            self._leave()
            raise

    async def answer(self, connection: Connection, kind: _Kind) -> None:
        """Answer all who are still there, by one statement; where it fails, nobody."""
        self.closed = True
        present = [each for each in self.members if not each.answer.done()]
        if not present:
            return
        began = time.perf_counter()
        try:
            answers = await self._run(connection, present)
        except (asyncpg.PostgresError, *TRANSIENT) as error:
            metrics.SHARED_FAILED.inc()
            log.warning("a shared statement failed", error=type(error).__name__)
            return
        kind.took(time.perf_counter() - began, len(present))
        metrics.SHARED.observe(len(present))
        for member, answer in zip(present, answers, strict=True):
            if not member.answer.done():
                member.answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Nobody can be answered."""
        for member in self.members:
            if not member.answer.done():
                member.answer.set_exception(error)

    def dissolve(self) -> None:
        """Who has no answer yet has to ask alone."""
        self.closed = True
        for member in self.members:
            if not member.answer.done():
                member.answer.set_result(None)

    async def _run(self, connection: Connection, present: list[_Member]) -> list[bytes]:
        if len(present) == 1:
            return [await present[0].plan.run(connection, present[0].viewer)]
        traced = [Link(each.span) for each in present if each.span.trace_flags.sampled]
        with telemetry.span("shared query", links=traced) if traced else nullcontext():
            try:
                async with asyncio.timeout(PATIENCE) as self._patience:
                    requests = [(each.plan, each.viewer) for each in present]
                    return await run_shared(connection, requests)
            finally:
                self._patience = None

    def _leave(self) -> None:
        """When all have left, nobody waits for the statement any more."""
        statement = self._patience
        if (
            statement
            and not statement.expired()
            and all(each.answer.done() for each in self.members)
        ):
            statement.reschedule(asyncio.get_running_loop().time())
