"""Waiting rows: a reaction that cannot run yet waits, and blocks nobody.

Most wait for a copy that has not arrived. What failed waits for its next attempt, and is parked
after the last one.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from chassis import metrics
from chassis.copies import Gone, NotYet
from chassis.database import (
    UNFIT,
    Connection,
    Database,
    enter_tenant,
    is_transient,
    leave_tenant,
)
from chassis.envelope import parse
from chassis.events import Event
from chassis.logs import logger
from chassis.parking import Parked, outcome, tell
from chassis.reacting import Concern, react_once
from chassis.subscriptions import Reaction, Subscriptions
from chassis.turns import Turns

POLL = 1.0  # seconds
MAX_FAILURES = 5  # attempts that may fail otherwise than by waiting, before the event is parked
FIRST_PAUSE = 1.0  # seconds until the second attempt, more or less; each further pause is double

NOTHING = ""  # the topic that an event awaits which waits for an attempt only

log = logger("chassis.waiting")


async def queues(connection: Connection, concerns: Sequence[Concern]) -> set[tuple[str, UUID]]:
    """Behind which of these reactions and subjects, of one organisation, events wait already."""
    rows = await connection.fetch(
        """
        select reaction, subject
        from unnest($2::text[], $3::uuid[]) as asked (reaction, subject)
        where exists (select from cairn.waiting
                      where organisation_id = $1 and waiting.reaction = asked.reaction
                        and waiting.subject = asked.subject)
        """,
        concerns[0][1].organisation_id,
        [reaction.name for reaction, _ in concerns],
        [event.subject for _, event in concerns],
    )
    return {(row["reaction"], row["subject"]) for row in rows}


async def queue_behind(connection: Connection, reaction: str, event: Event[Any]) -> bool:
    """Queue behind earlier events of the subject that wait already; returns whether any do."""
    earlier = await connection.fetchrow(
        """
        select awaited_topic, awaited_subject, due_at from cairn.waiting
        where organisation_id = $1 and reaction = $2 and subject = $3 order by version limit 1
        """,
        event.organisation_id,
        reaction,
        event.subject,
    )
    if earlier is None:
        return False
    awaited = NotYet(earlier["awaited_topic"], earlier["awaited_subject"])
    await wait(connection, reaction, event, awaited, due_at=earlier["due_at"])
    return True


async def try_again(
    connection: Connection, reaction: str, event: Event[Any], error: Exception
) -> None:
    """A reaction has failed for the first time: it has its next attempts here.

    Where its own values do not fit, a last one.
    """
    log.warning("a reaction is tried again later", reaction=reaction, error=type(error).__name__)
    failures = MAX_FAILURES - 1 if isinstance(error, UNFIT) else 1
    await wait(connection, reaction, event, NotYet(NOTHING, event.subject), failures=failures)


async def wait(
    connection: Connection,
    reaction: str,
    event: Event[Any],
    awaited: NotYet,
    *,
    failures: int = 0,
    due_at: datetime | None = None,
) -> None:
    await connection.execute(
        """
        insert into cairn.waiting (organisation_id, reaction, subject, version, awaited_topic,
            awaited_subject, topic, partition, "offset", headers, body, failures, due_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
            coalesce($13, now() + make_interval(secs => $14)))
        on conflict do nothing
        """,
        event.organisation_id,
        reaction,
        event.subject,
        event.version,
        awaited.topic,
        awaited.subject,
        event.topic,
        event.partition,
        event.offset,
        msgspec.json.encode(event.envelope.headers()),
        event.body,
        failures,
        due_at,
        FIRST_PAUSE,
    )


async def arrived(
    connection: Connection, organisation_id: UUID, topic: str, subjects: Collection[UUID]
) -> None:
    """Aggregates have arrived: what waits for them is due."""
    await connection.execute(
        """
        update cairn.waiting set due_at = now()
        where organisation_id = $1 and awaited_topic = $2 and awaited_subject = any($3::uuid[])
        """,
        organisation_id,
        topic,
        list(subjects),
    )


class WaitingRoom:
    """Runs reactions whose wait is over, and looks again at the others now and then."""

    def __init__(self, subscriptions: Subscriptions, *, service: str, database: Database) -> None:
        self._reactions = subscriptions.reactions
        self._decoders: Mapping[str, msgspec.json.Decoder[Any]] = {
            topic: msgspec.json.Decoder(subscription.body)
            for topic, subscription in subscriptions.by_topic.items()
        }
        self._service = service
        self._database = database
        self._turns = Turns(self.turn, every=POLL, called="the waiting room")
        self.wake = self._turns.wake
        self.run = self._turns.run

    async def turn(self) -> bool:
        """Run what waits of one subject that is due, in order; whether there was one."""
        parked: list[Parked] = []
        async with self._database.transaction() as connection:
            due = await connection.fetchrow(
                """
                select organisation_id, reaction, subject from cairn.waiting
                where due_at <= now() order by due_at limit 1 for update skip locked
                """
            )
            if due is None:
                waiting = await connection.fetchval("select count(*) from cairn.waiting")
                metrics.WAITING.set(waiting or 0)
                return False
            rows = await connection.fetch(
                """
                select * from cairn.waiting
                where organisation_id = $1 and reaction = $2 and subject = $3
                order by version for update
                """,
                *due,
            )
            for row in rows:
                if not await self._run(connection, row, parked):
                    break
        tell(parked)
        return True

    async def _run(self, connection: Connection, row: Record, parked: list[Parked]) -> bool:
        """Run one waiting event; whether it is done, so that the next one may follow."""
        reaction = self._reactions.get(row["reaction"])
        if reaction is None:  # the reaction was given up
            await _forget(connection, row)
            return True
        await enter_tenant(connection, row["organisation_id"], role=f"{self._service}_app")
        try:
            await self._react(connection, reaction, row)
        except NotYet as awaited:
            await leave_tenant(connection)
            await _await(connection, row, awaited)
            return False
        except Gone:  # what it waited for was erased: it waits for nothing any more
            pass
        except Exception as error:
            if is_transient(error, connection):
                raise
            await leave_tenant(connection)
            if row["failures"] + 1 < MAX_FAILURES and not isinstance(error, UNFIT):
                await _count_failure(connection, row, error)
                return False
            parked += await _park(connection, row, error)
        await leave_tenant(connection)
        await _forget(connection, row)
        return True

    async def _react(self, connection: Connection, reaction: Reaction, row: Record) -> None:
        headers: dict[str, str] = msgspec.json.decode(row["headers"])
        event: Event[Any] = Event(
            envelope=parse([(name, value.encode()) for name, value in headers.items()]),
            topic=row["topic"],
            partition=row["partition"],
            offset=row["offset"],
            state=self._decoders[row["topic"]].decode(row["body"]),
            body=row["body"],
        )
        await react_once(connection, reaction, event, self._service)


_THIS = "organisation_id = $1 and reaction = $2 and subject = $3 and version = $4"


def _key(row: Record) -> tuple[Any, ...]:
    return (row["organisation_id"], row["reaction"], row["subject"], row["version"])


async def _forget(connection: Connection, row: Record) -> None:
    await connection.execute(f"delete from cairn.waiting where {_THIS}", *_key(row))  # noqa: S608


async def _await(connection: Connection, row: Record, awaited: NotYet) -> None:
    """Wait on, the longer the longer it has waited: at most a minute between looks."""
    await connection.execute(
        """
        update cairn.waiting set awaited_topic = $4, awaited_subject = $5,
            due_at = now() + least(now() - since, interval '60 s') + interval '1 s'
        where organisation_id = $1 and reaction = $2 and subject = $3
        """,
        row["organisation_id"],
        row["reaction"],
        row["subject"],
        awaited.topic,
        awaited.subject,
    )


async def _count_failure(connection: Connection, row: Record, error: Exception) -> None:
    """Have it tried again after a pause; what waits behind it waits on."""
    log.warning("a waiting reaction failed", reaction=row["reaction"], error=type(error).__name__)
    await connection.execute(
        """
        update cairn.waiting set
            failures = failures + case when version = $4 then 1 else 0 end,
            due_at = now() + make_interval(secs => $5 * (0.5 + random()))
        where organisation_id = $1 and reaction = $2 and subject = $3
        """,
        *_key(row),
        FIRST_PAUSE * 2 ** row["failures"],
    )


async def _park(connection: Connection, row: Record, error: Exception) -> list[Parked]:
    """Put it aside as if it came from the log; what waits behind it may follow."""
    reason = f"handling it raised {type(error).__name__}"
    is_new = await connection.fetchval(
        """
        insert into cairn.dead_letters (topic, partition, "offset", reaction, organisation_id,
            subject, version, key, headers, body, reason, attempts)
        select topic, partition, "offset", reaction, organisation_id, subject, version,
            subject::text::bytea, (select jsonb_agg(jsonb_build_array(key, value))
                                   from jsonb_each_text(headers)), body, $5, failures + 1
        from cairn.waiting
        where organisation_id = $1 and reaction = $2 and subject = $3 and version = $4
        on conflict do nothing returning true
        """,
        *_key(row),
        reason,
    )
    return await outcome(
        connection,
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        reaction=row["reaction"],
        reason=reason,
        is_new=bool(is_new),
    )
