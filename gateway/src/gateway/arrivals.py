"""Read your own writes: waiting, briefly, until the read model has what a command wrote."""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg

from chassis.database import TRANSIENT, Connection, notice_dead_peer, server_settings
from chassis.logs import logger
from chassis.unit import Written
from gateway.projection import TABLES
from gateway.projector import PROJECTED

PATIENCE = 2.0  # seconds
POLL = 0.1  # seconds between checks that nobody rang for
CHECK_TIMEOUT = 2.0  # seconds

log = logger("gateway.arrivals")


class _Waiter:
    """Somebody who waits for some versions of one organisation's aggregates."""

    def __init__(self, organisation_id: UUID, written: Iterable[Written]) -> None:
        self.organisation_id = organisation_id
        self.missing = {each for each in written if each.aggregate in TABLES}
        self.all_there = asyncio.Event()

    def arrived(self, written: Written) -> None:
        self.missing.discard(written)
        if not self.missing:
            self.all_there.set()


class Arrivals:
    """One connection listens to the projector and asks for all who wait, in one query.

    It is of the role of the pipes, since those who wait are of many organisations; it reads nothing
    but keys and versions.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiters: set[_Waiter] = set()
        self._rung = asyncio.Event()

    async def wait(
        self, organisation_id: UUID, written: Sequence[Written], *, within: float = PATIENCE
    ) -> bool:
        """Whether the read model had all of it `within` so many seconds."""
        waiter = _Waiter(organisation_id, written)
        if not waiter.missing:
            return True
        self._waiters.add(waiter)
        self._rung.set()
        try:
            async with asyncio.timeout(within):
                await waiter.all_there.wait()
        except TimeoutError:
            return False
        finally:
            self._waiters.discard(waiter)
        return True

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._listen()
            except TRANSIENT as error:
                log.warning("listening to the projector again", error=type(error).__name__)
            await asyncio.sleep(0.2)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(
            self._dsn,
            timeout=5,
            command_timeout=CHECK_TIMEOUT,
            server_settings=server_settings("gateway arrivals"),
        )
        try:
            notice_dead_peer(connection)
            connection.add_termination_listener(self._ring)
            await connection.add_listener(PROJECTED, self._ring)
            while not connection.is_closed():
                await self._next_ring()
                if self._waiters:
                    await self._check(connection)
        finally:
            connection.terminate()

    def _ring(self, *_: object) -> None:
        self._rung.set()

    async def _next_ring(self) -> None:
        """Until somebody rings; while anybody waits, for POLL at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL if self._waiters else None):
                await self._rung.wait()
        self._rung.clear()

    async def _check(self, connection: Connection) -> None:
        awaited = [(waiter, each) for waiter in self._waiters for each in waiter.missing]
        rows = await connection.fetch(
            _arrived({each.aggregate for _, each in awaited}),
            [waiter.organisation_id for waiter, _ in awaited],
            [each.aggregate for _, each in awaited],
            [each.id for _, each in awaited],
            [each.version for _, each in awaited],
        )
        for row in rows:
            waiter, written = awaited[row["place"] - 1]
            waiter.arrived(written)


def _arrived(topics: Iterable[str]) -> str:
    """The query for the places, from 1, of what is there: as a row, or erased since."""
    branches = [
        f"""
        select awaited.place from awaited
        join {TABLES[topic]} as kept using (organisation_id, id)
        where awaited.topic = '{topic}' and kept.version >= awaited.version
        """  # noqa: S608
        for topic in sorted(topics)
    ]
    graves = """
        select awaited.place from awaited
        join cairn.graves on graves.organisation_id = awaited.organisation_id
            and graves.topic = awaited.topic and graves.subject = awaited.id
        where graves.version >= awaited.version
        """
    return f"""
        with awaited as materialized (
            select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[])
                with ordinality as each (organisation_id, topic, id, version, place))
        {" union all ".join([*branches, graves])}
        """  # noqa: S608
