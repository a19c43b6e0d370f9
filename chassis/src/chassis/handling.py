"""What is done with records that were fetched: what becomes of them and the position are one
transaction of the database.

The position's row is locked, so a consumer that lost its partition only repeats what is known, and
repeats are skipped.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import asyncpg
from aiokafka import TopicPartition

from chassis import faults, metrics
from chassis.batch_span import batch_span
from chassis.database import TRANSIENT, UNFIT, Connection, Database
from chassis.envelope import Malformed
from chassis.events import Batch, Decode, Event, Record, is_beat, read_event
from chassis.logs import logger
from chassis.parking import Parked, park, tell
from chassis.positions import OutOfStep, Positions

BACKOFF = (0.1, 0.5, 2.0)  # seconds before each further attempt at a record

# What a batch meets the less, the smaller it is: it takes less time and holds fewer locks.
TOO_MUCH_AT_ONCE = (
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
)

Fetched = Mapping[TopicPartition, Sequence[Record]]  # in the order of their partition; none empty

log = logger("chassis.handling")


class Handler(Protocol):
    """What is done with a topic's events, inside the consumer's transaction."""

    @property
    def decode(self) -> Decode: ...

    async def begin(self, connection: Connection) -> None:
        """Get ready to read on from the stored positions."""
        ...

    async def apply(self, connection: Connection, events: Batch) -> None:
        """Handle a batch; an exception undoes it all, and it is tried in smaller parts."""
        ...

    async def settle(
        self, connection: Connection, event: Event[Any], record: Record, attempts: int
    ) -> list[Parked]:
        """Handle an event for the last time: what fails is parked, the rest of it counts."""
        ...


class Handling:
    """Handles a topic's records. `at` says where each of our partitions is read on: it is shared
    with the consumer, who sets it and takes partitions out; what was handled moves it on.
    """

    def __init__(
        self,
        topic: str,
        database: Database,
        handler: Handler,
        positions: Positions,
        at: dict[TopicPartition, int],
    ) -> None:
        self._topic = topic
        self._database = database
        self._handler = handler
        self._positions = positions
        self._at = at

    async def handle(self, fetched: Fetched) -> None:
        """Handle records in one transaction, or, where that fails, each half on its own."""
        halves = _halves(fetched)
        try:
            await self._commit(fetched)
            return
        except (*TRANSIENT, OutOfStep) as error:
            if not (halves and isinstance(error, TOO_MUCH_AT_ONCE)):
                raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises
            if not halves:
                await self._insist(fetched, error)
        for half in halves:
            await self.handle(half)

    async def _insist(self, fetched: Fetched, error: Exception) -> None:
        """Try one record again, ever later; then settle it, which parks what still fails.

        Where its own values do not fit, no further attempt would change that.
        """
        [[record]] = fetched.values()
        attempts = 1
        for pause in BACKOFF:
            if isinstance(error, UNFIT):
                break
            log.warning(
                "a record is tried again",
                topic=record.topic,
                offset=record.offset,
                error=type(error).__name__,
            )
            await asyncio.sleep(pause)
            attempts += 1
            try:
                await self._commit(fetched)
            except (*TRANSIENT, OutOfStep):
                raise
            except Exception as again:  # noqa: BLE001
                error = again
            else:
                return
        await self._commit(fetched, attempts=attempts)

    async def _commit(self, fetched: Fetched, *, attempts: int = 0) -> None:
        """One transaction: the positions, locked and moved on, then what of the records is new.

        With `attempts`, that many have failed and this is the last.
        """
        read = {
            partition.partition: (self._at[partition], records[-1].offset + 1)
            for partition, records in fetched.items()
            if partition in self._at
        }
        if len(read) < len(fetched):
            raise OutOfStep(f"partitions of {self._topic} were taken away")
        async with self._database.transaction() as connection:
            stored = await self._positions.advance(connection, self._topic, read)
            faults.point("K2")
            fresh = [
                record
                for partition, records in fetched.items()
                for record in records
                if record.offset >= stored[partition.partition] and not is_beat(record)
            ]
            parked = await self._apply(connection, fresh, attempts)
            faults.point("K3")
        faults.point("K5")
        for partition in self._at.keys() & fetched:
            _, end = read[partition.partition]
            self._at[partition] = max(end, stored[partition.partition])
        metrics.HANDLED.labels(self._topic, "handled").inc(len(fresh) - len(parked))
        tell(parked)

    async def _apply(
        self, connection: Connection, records: Sequence[Record], attempts: int
    ) -> list[Parked]:
        events: list[Event[Any]] = []
        parked: list[Parked] = []
        for record in records:
            try:
                events.append(read_event(record, self._handler.decode))
            except Malformed as reason:
                parked += await park(connection, record, str(reason), attempts=1)
        with batch_span(self._topic, events):
            if attempts and events:
                parked += await self._handler.settle(connection, events[0], records[0], attempts)
            elif events:
                await self._handler.apply(connection, events)
        return parked


def _halves(fetched: Fetched) -> list[Fetched]:
    """Some of the partitions and the others, or a half of the only one's records and the other."""
    if len(fetched) > 1:
        parts = list(fetched.items())
        middle = len(parts) // 2
        return [dict(parts[:middle]), dict(parts[middle:])]
    [(partition, records)] = fetched.items()
    middle = len(records) // 2
    return [{partition: records[:middle]}, {partition: records[middle:]}] if middle else []
