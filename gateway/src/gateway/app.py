"""The gateway, put together."""

import contextlib
import gc
from collections.abc import AsyncGenerator

import httpx2
from faststream.asgi import AsgiFastStream
from opentelemetry.sdk.trace import TracerProvider
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import health
from chassis.application import application
from chassis.database import Database
from chassis.identity import Assertions
from chassis.serving import beside
from chassis.telemetry import stop_telemetry
from gateway import graphiql
from gateway.admission import Admission
from gateway.arrivals import Arrivals
from gateway.commands import Services
from gateway.endpoint import GraphQLEndpoint
from gateway.issuer import Issuer
from gateway.live import Hearing, LiveEndpoint, Shared, Watches
from gateway.mutations import MutationType
from gateway.operations import Operations
from gateway.planner import CONNECTION_SETTINGS, Planner
from gateway.rates import Rates
from gateway.schema import build_schema
from gateway.settings import GatewaySettings
from gateway.tokens import Tokens
from gateway.trusted import Documents
from gateway.viewers import Viewers

CONNECTIONS = 16  # to the read model
KEEP_ALIVE = httpx2.Limits(max_connections=256, max_keepalive_connections=64, keepalive_expiry=20)
TIMEOUT = httpx2.Timeout(12.0, connect=2.0, pool=2.0)


def gateway_app(
    settings: GatewaySettings, documents: Documents, provider: TracerProvider
) -> AsgiFastStream:
    """The API as an application: its lifespan opens everything that its routes work with."""
    opened: dict[str, ASGIApp] = {}

    def route(name: str) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await opened[name](scope, receive, send)

        return app

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(stop_telemetry, provider)
            opened.update(await stack.enter_async_context(_routes(settings, documents)))
            yield

    return application(
        settings.kafka,
        lifespan=lifespan,
        routes=[
            ("/graphql", route("graphql")),
            ("/livez", health.live),
            ("/readyz", route("ready")),
            ("/metrics", health.metrics_app),
            *(graphiql.routes() if settings.graphiql else ()),
        ],
        sockets={"/graphql": route("live")},
    )


@contextlib.asynccontextmanager
async def _routes(
    settings: GatewaySettings, documents: Documents
) -> AsyncGenerator[dict[str, ASGIApp]]:
    """What answers at each route, for as long as everything behind it is open."""
    arrivals = Arrivals(settings.database_pipe.get_secret_value())
    watches = Watches()
    hearing = Hearing(settings.database_app.get_secret_value(), watches)
    async with (
        Database.open(
            settings.database_app.get_secret_value(),
            name="gateway",
            size=CONNECTIONS,
            reset=False,
            **CONNECTION_SETTINGS,
        ) as database,
        httpx2.AsyncClient(limits=KEEP_ALIVE, timeout=TIMEOUT, trust_env=False) as client,
        beside(arrivals.run, hearing.run),
    ):
        issuer = Issuer(client, settings.issuer, settings.issuer_keys)
        assertions = Assertions(settings.command_key.get_secret_value())
        tokens = Tokens(
            issuer,
            audience=settings.audience,
            types=settings.token_types,
            clients=settings.clients,
        )
        viewers = Viewers(database)
        planner = Planner(build_schema(MutationType))
        operations = Operations(
            database, Services(client, settings.services(), assertions), arrivals
        )
        rates = Rates(settings.cost_per_minute)
        admission = Admission()
        endpoint = GraphQLEndpoint(
            tokens=tokens,
            viewers=viewers,
            documents=documents,
            planner=planner,
            rates=rates,
            operations=operations,
            admission=admission,
        )
        shared = Shared(
            tokens=tokens,
            viewers=viewers,
            documents=documents,
            planner=planner,
            rates=rates,
            operations=operations,
            admission=admission,
            watches=watches,
        )
        live = LiveEndpoint(shared, settings.origins)
        ready = health.readiness([health.database_answers(database), issuer.problem])
        # What is here by now stays. Looking it through for garbage again and again made the
        # slowest answers several times slower.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)
        try:
            yield {"graphql": endpoint, "live": live, "ready": ready}
        finally:
            await issuer.close()
