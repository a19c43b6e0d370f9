"""A service: what it publishes, hears and does, put together into a process."""

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from faststream.asgi import AsgiFastStream
from opentelemetry.sdk.trace import TracerProvider
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import health
from chassis.aggregates import Aggregates
from chassis.application import application
from chassis.beats import Beats
from chassis.checks.findings import Check
from chassis.commands import Commands
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.delivery import Deliveries, Sender
from chassis.healing import Healer
from chassis.hearing import Hearing
from chassis.housekeeping import Housekeeping
from chassis.http import CommandEndpoint, Gate
from chassis.identity import Assertions
from chassis.logs import start_logs
from chassis.measures import Measures
from chassis.outbox import Lane
from chassis.preparation import births
from chassis.recovery import Derive
from chassis.relay import Relay
from chassis.serving import beside, serve
from chassis.settings import Settings
from chassis.standstill import Standstill
from chassis.subscriptions import Subscriptions
from chassis.telemetry import start_telemetry, stop_telemetry
from chassis.topics import Topic
from chassis.waiting import WaitingRoom


class Running:
    """What a job of a service works with: its database, and a way to have its events published.

    `app` is for the work within a tenant; `pipe` finds, across tenants, what is to be done.
    """

    def __init__(self, service: str, app: Database, pipe: Database, relay: Relay) -> None:
        self.service = service
        self.app = app
        self.pipe = pipe
        self._relay = relay

    def announced(self) -> None:
        """Call after committing a unit that announced something."""
        self._relay.wake()


Job = Callable[[Running], Awaitable[None]]
NONE: Mapping[str, Check] = {}


class Service:
    """A service's parts, wired by its `main` module.

    It `owns` an aggregate type for each topic that it publishes, parents before those that refer to
    them. What it `derives` from its own aggregates is made anew, in a tenant, after a recovery. Its
    `checks` are made with those of every service, by their names.
    """

    def __init__(
        self,
        name: str,
        *,
        publishes: Sequence[Topic],
        owns: Sequence[Aggregates[Any]],
        hears: Sequence[Topic],
        migrations: Path,
        commands: Commands,
        subscriptions: Subscriptions | None = None,
        deliveries: Deliveries | None = None,
        jobs: Sequence[Job] = (),
        derives: Sequence[Derive] = (),
        checks: Mapping[str, Check] = NONE,
    ) -> None:
        self.name = name
        self.publishes = publishes
        self.owns = owns
        self.derives = derives
        self.hears = hears
        self.migrations = migrations
        self.commands = commands
        self.subscriptions = subscriptions or Subscriptions()
        self.deliveries = deliveries or Deliveries()
        self.jobs = jobs
        self.checks = checks
        heard = {topic.name for topic in hears}
        if heard != set(self.subscriptions.by_topic):
            raise ValueError(f"{name} subscribes to other topics than the catalogue says it hears")
        if {topic.name for topic in publishes} != {each.topic for each in owns}:
            raise ValueError(f"{name} owns other aggregates than the catalogue says it publishes")

    async def handlers(self, pipe: Database) -> dict[str, Hearing]:
        """What handles each topic's records. Raises NotPrepared."""
        return {
            topic: Hearing(subscription, service=self.name, births=await births(pipe, subscription))
            for topic, subscription in self.subscriptions.by_topic.items()
        }

    def serve(self, settings: Settings) -> None:
        """Serve until told to end."""
        start_logs(self.name, settings.log_level)
        provider = start_telemetry(self.name, endpoint=settings.otlp, ratio=settings.trace_ratio)
        app = self.application(settings, provider)
        serve(app, host=settings.host, port=settings.port)

    def application(self, settings: Settings, provider: TracerProvider) -> AsgiFastStream:
        """The FastStream application: its lifespan opens everything, its routes are our API."""
        process = _Process(self, settings, provider)
        names = self.commands.by_name
        routes: list[tuple[str, ASGIApp]] = [
            *((f"/commands/{name}", process.route(f"command {name}")) for name in names),
            ("/livez", health.live),
            ("/readyz", process.route("ready")),
            ("/metrics", health.metrics_app),
        ]
        return application(settings.kafka, lifespan=process.lifespan, routes=routes)


class _Process:
    """A running service: what its lifespan opened, and the routes that work with it."""

    def __init__(self, service: Service, settings: Settings, provider: TracerProvider) -> None:
        self._service = service
        self._settings = settings
        self._provider = provider
        self._routes: dict[str, ASGIApp] = {}

    def route(self, name: str) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await self._routes[name](scope, receive, send)

        return app

    @contextlib.asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None]:
        service, settings = self._service, self._settings
        pipe_dsn = settings.database_pipe.get_secret_value()
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(stop_telemetry, self._provider)
            app = await stack.enter_async_context(
                Database.open(
                    settings.database_app.get_secret_value(),
                    name=service.name,
                    size=12,
                    reset=False,
                )
            )
            pipe = await stack.enter_async_context(
                Database.open(pipe_dsn, name=f"{service.name} pipe", size=10, reset=False)
            )
            standstill = Standstill(pipe)
            healer = Healer(
                service=service.name,
                owns=service.owns,
                topics=service.publishes,
                kafka=settings.kafka,
                app=app,
                pipe=pipe,
                standstill=standstill,
            )
            beats = Beats(service.publishes, kafka=settings.kafka, database=pipe)
            relay = Relay(
                dsn=pipe_dsn,
                kafka=settings.kafka,
                service=service.name,
                duties=[healer.run, beats.run],
            )
            sender = Sender(service.deliveries, service=service.name, pipe=pipe, app=app)
            room = WaitingRoom(service.subscriptions, service=service.name, database=pipe)

            def after_commit() -> None:
                relay.wake()
                sender.wake()
                room.wake()

            consumers = await self._consumers(pipe, after_commit)
            self._open_routes(app, relay, sender, consumers, standstill)
            running = Running(service.name, app, pipe, relay)
            work = (
                relay.run,
                sender.run,
                room.run,
                Housekeeping(pipe).run,
                Measures(pipe).run,
                *(consumer.run for consumer in consumers),
                *(_bound(job, running) for job in service.jobs),
            )
            await stack.enter_async_context(
                beside(lambda: standstill.run(healer.glance, lambda: beside(*work)))
            )
            yield

    async def _consumers(self, pipe: Database, after_commit: Callable[[], None]) -> list[Consumer]:
        return [
            Consumer(
                service=self._service.name,
                topic=topic,
                kafka=self._settings.kafka,
                instance=self._settings.instance,
                database=pipe,
                handler=handler,
                after_commit=after_commit,
            )
            for topic, handler in (await self._service.handlers(pipe)).items()
        ]

    def _open_routes(
        self,
        app: Database,
        relay: Relay,
        sender: Sender,
        consumers: Sequence[Consumer],
        standstill: Standstill,
    ) -> None:
        gates = {
            Lane.INTERACTIVE: Gate(problem=lambda: standstill.problem),
            Lane.BULK: Gate(inside=1, problem=lambda: standstill.problem),
        }
        assertions = Assertions(self._settings.command_key.get_secret_value())
        for name, command in self._service.commands.by_name.items():
            self._routes[f"command {name}"] = CommandEndpoint(
                command,
                service=self._service.name,
                database=app,
                assertions=assertions,
                relay=relay,
                sender=sender,
                gate=gates[command.lane],
            )
        self._routes["ready"] = health.readiness(
            [
                health.database_answers(app),
                _standing(standstill),
                *(_progress(consumer, standstill) for consumer in consumers),
            ]
        )


def _bound(job: Job, running: Running) -> Callable[[], Awaitable[None]]:
    return lambda: job(running)


def _standing(standstill: Standstill) -> health.Problem:
    async def problem() -> str | None:
        return standstill.problem

    return problem


def _progress(consumer: Consumer, standstill: Standstill) -> health.Problem:
    async def problem() -> str | None:
        return None if standstill.problem else consumer.problem

    return problem
