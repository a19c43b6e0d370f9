"""The gateway's own program on a read model that a test fills, reached as its clients reach it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from joserfc.jwk import ECKey

from cairn_development.issuer import Wish, issue, make_issuer
from cairn_local.processes import python, running
from cairn_local.readiness import http_problem, until_ready
from support.databases import ServiceDatabase
from support.servers import free_ports
from support.services import served

ISSUER = "https://id.example"
NOBODY = "127.0.0.1:9"  # where nothing answers: Kafka, and the services


@dataclass(frozen=True)
class RunningGateway:
    """Its address, and tokens that it accepts."""

    url: str
    http: httpx2.AsyncClient
    key: ECKey

    def token(self, subject: str, organisation_id: UUID, *roles: str) -> str:
        wish = Wish(subject=subject, organisation=organisation_id, roles=list(roles))
        return issue(wish, self.key, ISSUER)

    async def ask(self, token: str, document: str, **variables: Any) -> Any:
        """The data; it fails on errors."""
        answer = await self.http.post(
            self.url,
            json={"query": document, "variables": variables},
            headers={"authorization": f"Bearer {token}"},
        )
        body = answer.json()
        assert "errors" not in body, body["errors"]
        return body["data"]


@asynccontextmanager
async def running_gateway(
    database: ServiceDatabase, folder: Path, **settings: str
) -> AsyncGenerator[RunningGateway]:
    """Only what it reads is there: a mutation is answered that its service is away.

    The settings are of its environment, and added to what it needs.
    """
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    [port] = free_ports(1)
    log = folder / "gateway.log"
    async with (
        served(make_issuer(ISSUER, key)) as keys,
        running(
            python(
                "gateway",
                "gateway",
                "serve",
                environment=_environment(database, keys, port) | settings,
            ),
            log,
        ) as process,
        httpx2.AsyncClient(timeout=30, trust_env=False) as http,
    ):
        base = f"http://127.0.0.1:{port}"
        await until_ready("gateway", lambda: http_problem(http, f"{base}/readyz"), process, log)
        yield RunningGateway(f"{base}/graphql", http, key)


def _environment(database: ServiceDatabase, keys: str, port: int) -> dict[str, str]:
    services = ("profiles", "matching", "sessions", "notifications")
    return {
        "CAIRN_DATABASE_APP": database.app,
        "CAIRN_DATABASE_PIPE": database.pipe,
        "CAIRN_KAFKA": NOBODY,
        "CAIRN_COMMAND_KEY": "a secret of the tests, long enough to sign with",
        "CAIRN_PORT": str(port),
        "CAIRN_ISSUER": ISSUER,
        "CAIRN_ISSUER_KEYS": f"{keys}/jwks.json",
        **{f"CAIRN_{service.upper()}": f"http://{NOBODY}" for service in services},
    }
