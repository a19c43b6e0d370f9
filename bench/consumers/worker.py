"""The process that is measured: one loop, one handler, until it is told to end.

`python -m bench.consumers.worker LOOP HANDLER DSN KAFKA` says "ready" when it has its partitions.
"""

import asyncio
import contextlib
import signal
import sys

import uvloop

from bench.consumers.loops import LOOPS
from chassis.database import Database
from chassis.handling import Handler
from chassis.hearing import Hearing
from chassis.logs import start_logs
from chassis.preparation import births
from chassis.serving import collect_garbage_seldom
from chassis.telemetry import start_telemetry
from contracts.catalogue import TOPICS
from contracts.matching import PAIRING
from gateway.projection import Projection
from sessions.main import service as sessions

# As each is wired: a service waits for the disk, the projector need not.
SYNCHRONOUS_COMMIT = {"sessions": "on", "gateway": "off"}


async def consume(loop: str, service: str, dsn: str, kafka: str) -> None:
    """Until SIGTERM."""
    async with Database.open(
        dsn, name=f"{service} bench", synchronous_commit=SYNCHRONOUS_COMMIT[service]
    ) as database:
        consumer = LOOPS[loop](
            service=service,
            topic=PAIRING,
            kafka=kafka,
            instance="0",
            database=database,
            handler=await _handler(service, database),
            after_commit=lambda: None,
        )
        running = asyncio.create_task(consumer.run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
        while consumer.problem and not running.done():
            await asyncio.sleep(0.01)
        print("ready", flush=True)
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def _handler(service: str, database: Database) -> Handler:
    """A service's copy and reaction, or the gateway's projection: the real ones."""
    if service == "gateway":
        return Projection(TOPICS[PAIRING])
    subscription = sessions.subscriptions.by_topic[PAIRING]
    return Hearing(subscription, service=service, births=await births(database, subscription))


if __name__ == "__main__":
    start_logs("bench", "WARNING")
    start_telemetry("bench", endpoint="", ratio=0)
    collect_garbage_seldom()
    uvloop.run(consume(*sys.argv[1:]))
