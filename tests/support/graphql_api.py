"""The gateway's endpoint on a real read model, with an issuer and services that a test scripts."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.database import Database
from chassis.events import read_event
from chassis.identity import Assertions
from chassis.serving import beside
from contracts.catalogue import TOPICS
from gateway.admission import Admission
from gateway.arrivals import Arrivals
from gateway.commands import Services
from gateway.endpoint import GraphQLEndpoint
from gateway.issuer import Issuer
from gateway.live import Hearing, Shared, Watches
from gateway.mutations import MutationType
from gateway.operations import Operations
from gateway.planner import CONNECTION_SETTINGS, Planner
from gateway.projection import Projection
from gateway.rates import Rates
from gateway.requests import JSON
from gateway.schema import build_schema
from gateway.tokens import Tokens
from gateway.trusted import Documents
from gateway.viewers import Viewers
from support.databases import ServiceDatabase
from support.harness import happened
from support.services import ScriptedServices, served

ISSUER = "https://id.example"
KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
SECRET = "a secret of the tests, long enough to sign with"
SERVICES = ("profiles", "matching", "sessions", "notifications")


def token(subject: str, organisation: UUID, *roles: str, seconds: float = 600) -> str:
    """It holds for so many seconds, and a leeway."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "cairn",
        "sub": subject,
        "iat": now,
        "exp": now + seconds,
        "organisation": str(organisation),
        "roles": list(roles),
    }
    return jwt.encode({"alg": "ES256", "kid": "one", "typ": "at+jwt"}, claims, KEY)


async def _keys(request: httpx2.Request) -> httpx2.Response:
    if request.url.path == "/keys":
        return httpx2.Response(200, json={"keys": [KEY.as_dict(private=False)]})
    return httpx2.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"})


@dataclass
class GraphQLApi:
    """`token` is sent with each request that brings none. `shared` is what WebSockets need."""

    http: httpx2.AsyncClient
    shared: Shared
    services: ScriptedServices
    pipe: Database
    token: str

    async def send(self, content: bytes | str, **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        usual = {"authorization": f"Bearer {self.token}", "content-type": JSON}
        return await self.http.post("/graphql", content=content, headers=usual | named)

    async def post(self, body: Any, **headers: str) -> httpx2.Response:
        return await self.send(msgspec.json.encode(body), **headers)

    async def ask(self, query: str, variables: Any = None, **headers: str) -> Any:
        response = await self.post({"query": query, "variables": variables}, **headers)
        assert response.status_code == 200, response.text
        return response.json()


@asynccontextmanager
async def graphql_api(
    read_model: ServiceDatabase,
    pipe: Database,
    token: str,
    *,
    documents: Documents | None = None,
    limit: int = 0,
) -> AsyncGenerator[GraphQLApi]:
    scripted = ScriptedServices()
    arrivals = Arrivals(read_model.pipe)
    watches = Watches()
    hearing = Hearing(read_model.app, watches)
    issuing = httpx2.AsyncClient(transport=httpx2.MockTransport(_keys))
    async with (
        Database.open(
            read_model.app, name="gateway", size=8, reset=False, **CONNECTION_SETTINGS
        ) as database,
        httpx2.AsyncClient(trust_env=False) as client,
        served(scripted.app()) as url,
        beside(arrivals.run, hearing.run),
    ):
        issuer = Issuer(issuing, ISSUER, None)
        services = Services(client, dict.fromkeys(SERVICES, url), Assertions(SECRET))
        shared = Shared(
            tokens=Tokens(issuer, audience="cairn", types=frozenset({"at+jwt"})),
            viewers=Viewers(database),
            documents=documents or Documents({}),
            planner=Planner(build_schema(MutationType)),
            rates=Rates(limit),
            operations=Operations(database, services, arrivals),
            admission=Admission(),
            watches=watches,
        )
        endpoint = GraphQLEndpoint(
            tokens=shared.tokens,
            viewers=shared.viewers,
            documents=shared.documents,
            planner=shared.planner,
            rates=shared.rates,
            operations=shared.operations,
            admission=shared.admission,
        )
        transport = httpx2.ASGITransport(endpoint)
        async with httpx2.AsyncClient(transport=transport, base_url="http://cairn") as http:
            yield GraphQLApi(http, shared, scripted, pipe, token)


async def project(pipe: Database, change: Any, state: Any, version: int = 1) -> None:
    """Write to the read model what an event would."""
    record = happened(change, state, version=version)
    projection = Projection(TOPICS[record.topic])
    async with pipe.transaction() as connection:
        await projection.apply(connection, [read_event(record, projection.decode)])
