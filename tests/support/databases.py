"""Fresh databases for a service, made by the platform's own provisioning."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg

from chassis.provision import KINDS, provision


@dataclass(frozen=True)
class ServiceDatabase:
    """One service's database, reached as each of its roles, and as the superuser."""

    owner: str
    app: str
    pipe: str
    superuser: str


async def fresh_database(superuser_dsn: str, service: str) -> ServiceDatabase:
    """Make the service's database anew: empty, with its roles, before any migration."""
    connection = await asyncpg.connect(superuser_dsn)
    try:
        await connection.execute(f"drop database if exists {service} with (force)")
    finally:
        await connection.close()
    passwords = {kind: secrets.token_urlsafe() for kind in KINDS}
    await provision(superuser_dsn, service, passwords)
    host = urlsplit(superuser_dsn).netloc.rpartition("@")[2]
    dsns = {
        kind: f"postgresql://{service}_{kind}:{passwords[kind]}@{host}/{service}" for kind in KINDS
    }
    return ServiceDatabase(
        **dsns, superuser=urlsplit(superuser_dsn)._replace(path=f"/{service}").geturl()
    )
