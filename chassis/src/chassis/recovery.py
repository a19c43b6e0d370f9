"""Recovery: a database that is older than its log takes back what it lacks.

That is so after a backup was restored, or a standby took over that had not got everything. The body
of an event is the aggregate's whole state, so the log has the newest of all that was published.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from aiokafka import AIOKafkaConsumer

from chassis import own_log, taking_back
from chassis.aggregates import Aggregates
from chassis.at_work import alone
from chassis.database import Connection, Database, enter_tenant, leave_tenant
from chassis.topics import Topic
from chassis.unit import Cause, Unit

Derive = Callable[[Unit], Awaitable[None]]  # makes what follows from a tenant's aggregates anew


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """What of each topic was taken back, in how many organisations."""

    organisations: int
    states: dict[str, int]
    erased: dict[str, int]


async def recover(
    *,
    service: str,
    owns: Sequence[Aggregates[Any]],
    topics: Sequence[Topic],
    derives: Sequence[Derive],
    kafka: str,
    pipe_dsn: str,
) -> Recovered:
    """Take back what the log has newer than the database; the service stands still meanwhile.

    Each organisation is one transaction. It may be run again, and goes on after what was done.
    Raises at_work.AtWork, taking_back.Contradiction, and aiokafka's errors where Kafka is away.
    """
    async with (
        own_log.opened(kafka, topics, client_id=f"{service}-recover") as log,  # or all is in vain
        alone(pipe_dsn, service),
        Database.open(pipe_dsn, name=f"{service} recover", size=2) as pipe,
    ):
        await _stand_still(pipe, service)
        await _find(pipe, owns, topics, log)
        states: Counter[str] = Counter()
        erased: Counter[str] = Counter()
        organisations = await _concerned(pipe)
        for organisation_id in organisations:
            async with pipe.transaction() as connection:
                await enter_tenant(connection, organisation_id, role=f"{service}_app")
                found = await taking_back.take_back(connection, organisation_id, owns)
                await _derive(connection, service, organisation_id, derives)
                await leave_tenant(connection)
            states += found.states
            erased += found.erased
        # The healer goes on where it stood then: what is stale in the log since is put right.
        await _go_on(pipe)
    return Recovered(organisations=len(organisations), states=dict(states), erased=dict(erased))


async def _stand_still(pipe: Database, service: str) -> None:
    """No instance begins to work on what is taken back in part."""
    async with pipe.connection() as connection:
        await connection.execute(
            "insert into cairn.standstill (reason) values ($1) on conflict do nothing",
            f"What the database lacks is taken back from the log. Where `python -m {service}"
            " recover` was interrupted, run it again.",
        )


async def _go_on(pipe: Database) -> None:
    async with pipe.connection() as connection:
        await connection.execute("delete from cairn.standstill")


async def _find(
    pipe: Database,
    owns: Sequence[Aggregates[Any]],
    topics: Sequence[Topic],
    log: AIOKafkaConsumer,
) -> None:
    """Lay out what the log has newer, from its beginning."""
    by_topic = {each.topic: each for each in owns}
    ends = await log.end_offsets(own_log.partitions_of(topics))
    for partition, end in ends.items():
        await log.seek_to_beginning(partition)
        async for records in own_log.records_until(log, partition, end):
            async with pipe.connection() as connection:
                newest = own_log.newest_of(records).values()
                compared = await own_log.compare(connection, by_topic[partition.topic], newest)
                newer = [each.logged for each in compared if each.logged.version > each.owned]
                await taking_back.lay_out(connection, partition.topic, newer)


async def _concerned(pipe: Database) -> list[UUID]:
    async with pipe.connection() as connection:
        rows = await connection.fetch("select distinct organisation_id from cairn.recovered")
    return [row["organisation_id"] for row in rows]


async def _derive(
    connection: Connection, service: str, organisation_id: UUID, derives: Sequence[Derive]
) -> None:
    unit = Unit(
        connection,
        service=service,
        organisation_id=organisation_id,
        cause=Cause.of_itself(service),
    )
    for derive in derives:
        await derive(unit)
    await unit.flush()
