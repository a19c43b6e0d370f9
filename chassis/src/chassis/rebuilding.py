"""A service's copies of a topic, made right by the log as it is; then its consumer may go on.

What the log has is kept where it is news, beside a consumer that runs or not. What is held and the
log no longer has counts as erased. Reactions are the consumer's: on a log that it knows it goes on
where it stood, so that none is lost; on another it begins at the start, and what a reaction has
handled it does not handle again.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from chassis import rereading, standstill
from chassis.database import Database, repeatedly
from chassis.envelope import Envelope
from chassis.events import Batch, Event, Record
from chassis.fitting import fit, part_from_waiting
from chassis.handling import Fetched
from chassis.hearing import Hearing
from chassis.ids import new_id
from chassis.rereading import CannotRebuild, Rereader
from chassis.serving import beside
from chassis.subscriptions import Subscription
from chassis.topics import Topic, ends, missing

AT_ONCE = 100  # that are erased in one transaction
PAGE = 10_000  # copies that are looked at in one statement
NOBODY = UUID(int=0)

Key = tuple[UUID, UUID]  # an aggregate's organisation and id


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a topic's copies."""

    topic: str
    events: int  # that the log has
    erased: int  # copies of what the log no longer has
    log: str  # "as before", or "another": then reactions begin at its start
    seconds: float


class _Rereader(Rereader):
    """Knows of which aggregates the log has a record, be it one that this version cannot read."""

    def __init__(self, topic: Topic, **named: Any) -> None:
        super().__init__(topic, **named)
        self.seen: set[UUID] = set()

    async def _handle_in_time(self, fetched: Fetched) -> None:
        for records in fetched.values():
            self.seen.update(filter(None, map(_subject, records)))
        await super()._handle_in_time(fetched)


def _subject(record: Record) -> UUID | None:
    """Whose record it is, by its key: its headers may say nothing."""
    try:
        return UUID((record.key or b"").decode("ascii"))
    except ValueError:
        return None


async def rebuild(
    *,
    owner_dsn: str,
    pipe_dsn: str,
    kafka: str,
    service: str,
    topic: Topic,
    of: Subscription,
    force: bool = False,
) -> Rebuilt:
    """Make the copies of a topic right, and its positions fit the log.

    With `force` however many copies are erased that the log has nothing of. Raises CannotRebuild.
    """
    began = asyncio.get_running_loop().time()
    owner = await asyncpg.connect(owner_dsn, server_settings={"application_name": "rebuild"})
    try:
        if not await owner.fetchval(
            "select pg_try_advisory_lock(hashtext($1))", f"cairn rebuild {topic.name}"
        ):
            raise CannotRebuild(f"Another rebuild of {topic.name} is under way.")
        if await missing(kafka, [topic]):
            raise CannotRebuild(f"Kafka has no topic {topic.name}: make it with `prepare`.")
        async with Database.open(pipe_dsn, name=f"{service} rebuild", size=3) as pipe:
            await _refuse_standstill(pipe)
            # Copies and what follows from them, without reactions
            silent = msgspec.structs.replace(of, reactions=[])
            keeping = Hearing(silent, service=service, births={})
            rereader = _Rereader(
                topic, service=service, kafka=kafka, database=pipe, handler=keeping
            )
            gone, held = await _reread(owner, pipe, kafka, topic, rereader, of)
            if not force:
                rereading.refuse_loss(topic.name, lost=len(gone), held=held)
            await _erase(pipe, keeping, topic.name, service, gone)
            if is_another := await fit(owner, kafka, topic):
                await part_from_waiting(pipe, topic.name)
        await rereading.begin(owner, [topic.name])
    finally:
        await owner.close()
    return Rebuilt(
        topic=topic.name,
        events=rereader.records,
        erased=len(gone),
        log="another" if is_another else "as before",
        seconds=round(asyncio.get_running_loop().time() - began, 1),
    )


async def _refuse_standstill(pipe: Database) -> None:
    """What follows from copies is written on the service's own states, which are to be right."""
    try:
        await standstill.refuse(pipe)
    except standstill.StandsStill as reason:
        raise CannotRebuild(str(reason)) from None


async def _reread(
    owner: asyncpg.Connection,
    pipe: Database,
    kafka: str,
    topic: Topic,
    rereader: _Rereader,
    of: Subscription,
) -> tuple[dict[Key, int], int]:
    """Read the log from its start; returns what is held and it has nothing of, and how many are."""
    await rereading.begin(owner, [topic.name])
    async with beside(rereader.run):
        await rereading.until_read(owner, [rereader], await ends(kafka, [topic]))
        unseen, held = await _unseen(pipe, of, rereader.seen)
        # What was held by now was in the log by now: what came since the last look is seen now.
        await rereading.until_read(owner, [rereader], await ends(kafka, [topic]))
    return {key: version for key, version in unseen.items() if key[1] not in rereader.seen}, held


async def _unseen(
    pipe: Database, of: Subscription, seen: Collection[UUID]
) -> tuple[dict[Key, int], int]:
    """The copies, of all tenants, that were not seen, with their newest versions; and how many are.

    Of several tables of copies each counts.
    """
    unseen: dict[Key, int] = {}
    held = 0
    for copies in of.copies:
        place = (NOBODY, NOBODY)
        while page := await _page(pipe, copies.table, place):
            held += len(page)
            place = (page[-1]["organisation_id"], page[-1]["id"])
            for row in page:
                if row["id"] not in seen:
                    key = (row["organisation_id"], row["id"])
                    unseen[key] = max(row["version"], unseen.get(key, 0))
    return unseen, held


async def _page(pipe: Database, table: str, after: Key) -> list[asyncpg.Record]:
    async with pipe.connection() as connection:
        return await connection.fetch(
            f"select organisation_id, id, version from {table}"  # noqa: S608
            " where (organisation_id, id) > ($1, $2) order by organisation_id, id limit $3",
            *after,
            PAGE,
        )


async def _erase(
    pipe: Database, keeping: Hearing, topic: str, service: str, gone: Mapping[Key, int]
) -> None:
    """Forget copies, as if their tombstones had come; what follows from that follows too."""
    tombs = [_tombstone(topic, service, *key, version) for key, version in gone.items()]
    for start in range(0, len(tombs), AT_ONCE):

        async def erase(some: Batch = tombs[start : start + AT_ONCE]) -> None:
            async with pipe.transaction() as connection:
                await keeping.apply(connection, some)

        await repeatedly(erase)


def _tombstone(
    topic: str, service: str, organisation_id: UUID, id_: UUID, version: int
) -> Event[Any]:
    envelope = Envelope(
        id=new_id(),
        source=service,
        type=f"{topic}.erased",
        subject=id_,
        time=datetime.now(UTC),
        organisation_id=organisation_id,
        version=version,
        actor=f"service:{service}",
        causation_id=new_id(),
        correlation_id=new_id(),
    )
    return Event(envelope=envelope, topic=topic, partition=-1, offset=-1, state=None, body=None)
