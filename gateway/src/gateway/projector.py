"""The projector: the process that writes the read model."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence

from faststream.asgi import AsgiFastStream
from opentelemetry.sdk.trace import TracerProvider
from starlette.types import Receive, Scope, Send

from chassis import health
from chassis.application import application
from chassis.consumer import Consumer
from chassis.database import TRANSIENT, Database
from chassis.doorbell import Doorbell
from chassis.logs import logger
from chassis.measures import Measures
from chassis.serving import beside
from chassis.settings import Settings
from chassis.telemetry import stop_telemetry
from contracts.catalogue import topics_heard_by
from gateway import changes, trail
from gateway.projection import Projection

PROJECTED = "projected"  # the channel on which the projector says that rows are new
DAY = 24 * 60 * 60  # seconds

log = logger("gateway.projector")


def projector_app(settings: Settings, provider: TracerProvider) -> AsgiFastStream:
    """The projector as an application: its lifespan does the work, its routes tell of it."""
    consumers: list[Consumer] = []

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(stop_telemetry, provider)
            consumers.extend(await stack.enter_async_context(_projecting(settings)))
            yield

    async def ready(scope: Scope, receive: Receive, send: Send) -> None:
        answer = health.readiness([_progress(consumer) for consumer in consumers])
        await answer(scope, receive, send)

    return application(
        settings.kafka,
        lifespan=lifespan,
        routes=[
            ("/livez", health.live),
            ("/readyz", ready),
            ("/metrics", health.metrics_app),
        ],
    )


@contextlib.asynccontextmanager
async def _projecting(settings: Settings) -> AsyncGenerator[Sequence[Consumer]]:
    """Consume every topic, as the role of the pipes.

    Rows and positions are one transaction, so a crash of the database loses both or neither, and
    what was lost is read again: no commit needs to wait for the disk.
    """
    topics = topics_heard_by("gateway")
    dsn = settings.database_pipe.get_secret_value()
    doorbell = Doorbell(dsn, PROJECTED)
    async with (
        Database.open(
            dsn,
            name="gateway projector",
            size=len(topics) + 2,
            reset=False,
            synchronous_commit="off",
        ) as database,
        doorbell.open(),
    ):
        consumers = [
            Consumer(
                service="gateway",
                topic=topic.name,
                kafka=settings.kafka,
                instance=settings.instance,
                database=database,
                handler=Projection(topic),
                after_commit=doorbell.ring,
                remedy="python -m gateway rebuild",
            )
            for topic in topics
        ]
        daily = _Daily(database)
        async with beside(
            daily.run, Measures(database).run, *(consumer.run for consumer in consumers)
        ):
            yield consumers


class _Daily:
    """Sees to it that the trail has its coming months' partitions, and forgets old departures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with self._database.connection() as connection:
                    await trail.prepare_months(connection)
                    await changes.forget_departures(connection)
            except TRANSIENT as error:
                log.warning("the day's work is done later", error=type(error).__name__)
            await asyncio.sleep(DAY)


def _progress(consumer: Consumer) -> health.Problem:
    async def problem() -> str | None:
        return consumer.problem

    return problem
