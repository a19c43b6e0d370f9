"""The rebuild, from the first event in the log to the switch."""

import time
from collections.abc import Callable

import asyncpg
import msgspec

from chassis import rereading
from chassis.database import Database
from chassis.rereading import CannotRebuild, Rereader
from chassis.serving import beside
from chassis.topics import ends, missing
from contracts.catalogue import topics_heard_by
from gateway.projection import TABLES, Projection
from gateway.rebuild import losses, switch, tables

TELL_EVERY = 1.0  # seconds between two tellings of the progress


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    events: int  # that were read so far
    of: int  # offsets, so at most so many events
    seconds: float


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    events: int
    seconds: float
    per_second: int
    switched_in: float  # seconds for which nothing was projected


Tell = Callable[[Progress], None]


async def rebuild(
    *, owner_dsn: str, pipe_dsn: str, kafka: str, tell: Tell, force: bool = False
) -> Rebuilt:
    """Make the read model again from the log and switch to it; the old one is read until then.

    With `force` however much is lost that the log has nothing of. Raises CannotRebuild.
    """
    began = time.monotonic()
    owner = await asyncpg.connect(owner_dsn, server_settings={"application_name": "rebuild"})
    try:
        if not await owner.fetchval("select pg_try_advisory_lock(hashtext('cairn rebuild'))"):
            raise CannotRebuild("Another rebuild is under way; this one has changed nothing.")
        if lacking := await missing(kafka, topics_heard_by("gateway")):
            raise CannotRebuild(f"Kafka lacks {', '.join(lacking)}: make them with `prepare`.")
        try:
            await tables.make(owner)
        except asyncpg.LockNotAvailableError:
            raise CannotRebuild(
                "Somebody still reads what an earlier rebuild replaced: a transaction that stays"
                " open? See pg_stat_activity, end it, and run this again."
            ) from None
        await rereading.begin(owner, list(TABLES))
        async with Database.open(
            pipe_dsn,
            name="gateway rebuild",
            size=len(TABLES),
            search_path=f"public, {tables.MAKING}",
            synchronous_commit="off",
        ) as database:
            rereaders = [
                Rereader(
                    topic,
                    service="gateway",
                    kafka=kafka,
                    database=database,
                    handler=Projection(topic, announces=False),
                )
                for topic in topics_heard_by("gateway")
            ]
            async with beside(*(rereader.run for rereader in rereaders)):
                await _catch_up(owner, kafka, rereaders, tell, began)
                if not force:
                    await _refuse_losses(owner, pipe_dsn, kafka, rereaders)
                await tables.analyze(owner)
                switched_in = await _switch(owner, kafka)
        await _drop(owner)
    finally:
        await owner.close()
    events, seconds = sum(each.records for each in rereaders), time.monotonic() - began
    return Rebuilt(
        events=events,
        seconds=round(seconds, 1),
        per_second=round(events / seconds),
        switched_in=round(switched_in, 3),
    )


async def _catch_up(
    owner: asyncpg.Connection,
    kafka: str,
    rereaders: list[Rereader],
    tell: Tell,
    began: float,
) -> None:
    """Until all is read that the log had when this began."""
    now = await ends(kafka, topics_heard_by("gateway"))
    told = 0.0

    def tell_now_and_then() -> None:
        nonlocal told
        if time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            read = sum(rereader.records for rereader in rereaders)
            tell(Progress(events=read, of=sum(now.values()), seconds=round(told - began, 1)))

    await rereading.until_read(owner, rereaders, now, tell=tell_now_and_then)


async def _refuse_losses(
    owner: asyncpg.Connection, pipe_dsn: str, kafka: str, rereaders: list[Rereader]
) -> None:
    """Refuse to replace what somebody reads by what the log knows much less of."""
    pipe = await asyncpg.connect(pipe_dsn, server_settings={"application_name": "rebuild"})
    try:
        missing = await losses.find(pipe)
        # What is read by now was in the log by now.
        now = await ends(kafka, topics_heard_by("gateway"))
        await rereading.until_read(owner, rereaders, now)
        await losses.refuse(pipe, missing)
    finally:
        await pipe.close()


async def _switch(owner: asyncpg.Connection, kafka: str) -> float:
    try:
        return await switch.switch(owner, kafka)
    except switch.CannotSwitch as reason:
        raise CannotRebuild(str(reason)) from None


async def _drop(owner: asyncpg.Connection) -> None:
    """Drop the old tables once nobody reads them; else the next rebuild does."""
    try:
        await tables.drop(owner, tables.BEFORE)
    except asyncpg.LockNotAvailableError:
        return
