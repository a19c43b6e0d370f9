"""A service's database and its three roles, made by a superuser; safe to run again.

<service>_owner   owns the tables; migrations only
<service>_app     commands and queries, within one tenant
<service>_pipe    relay, consumer, projector: across tenants, on what was shared with it

Where the server has pgvector, the database has it too: only a superuser may bring it in.

`python -m chassis.provision <service>` makes them from the DSNs that the service itself is told.
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import asyncpg
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.settings import load

GROUPS = ("cairn_app", "cairn_pipe")  # what migrations grant to, whatever the service
KINDS = ("owner", "app", "pipe")


class DatabaseSettings(BaseSettings):
    """Each is the environment variable CAIRN_DATABASE_<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix="CAIRN_DATABASE_", frozen=True, hide_input_in_errors=True
    )

    superuser: SecretStr = Field(description="the cluster's database `postgres`, as a superuser")
    owner: SecretStr = Field(description="the service's database, as its owner")
    app: SecretStr = Field(description="the same database, as the application role")
    pipe: SecretStr = Field(description="the same database, as the role of the pipes")

    def password(self, service: str, kind: str) -> str:
        """What the DSN of this role says. Ends the process where it is of another role."""
        dsn = urlsplit(getattr(self, kind).get_secret_value())
        named = (unquote(dsn.username or ""), dsn.path.removeprefix("/"))
        if named != (f"{service}_{kind}", service) or not dsn.password:
            sys.exit(
                f"CAIRN_DATABASE_{kind.upper()}: must be"
                f" postgresql://{service}_{kind}:<password>@<host>/{service}"
            )
        return unquote(dsn.password)


async def provision(superuser_dsn: str, service: str, passwords: Mapping[str, str]) -> None:
    """`passwords` has one for each of KINDS. Another service's roles cannot connect."""
    await _make(superuser_dsn, service, passwords)
    await _extend(urlsplit(superuser_dsn)._replace(path=f"/{service}").geturl())


async def _make(superuser_dsn: str, service: str, passwords: Mapping[str, str]) -> None:
    connection = await asyncpg.connect(superuser_dsn)
    try:
        async with connection.transaction():
            # Roles are the cluster's: two services that are provisioned at once take turns.
            await connection.execute("select pg_advisory_xact_lock(hashtext('cairn provision'))")
            for role in GROUPS:
                await _ensure_role(connection, role, "nologin")
            for kind in KINDS:
                await _ensure_role(connection, f"{service}_{kind}", "login")
                password = await connection.fetchval(
                    "select quote_literal($1::text)", passwords[kind]
                )
                await connection.execute(f"alter role {service}_{kind} password {password}")
            await connection.execute(f"grant cairn_app to {service}_app")
            await connection.execute(f"grant cairn_pipe to {service}_pipe")
            # The consumer may act as the application, one event at a time, never by default.
            await connection.execute(
                f"grant {service}_app to {service}_pipe with inherit false, set true"
            )
        exists = await connection.fetchval(
            "select true from pg_database where datname = $1", service
        )
        if not exists:
            await connection.execute(f"create database {service} owner {service}_owner")
        await connection.execute(f"revoke connect, temporary on database {service} from public")
        await connection.execute(
            f"grant connect on database {service} to {service}_owner, {service}_app, {service}_pipe"
        )
    finally:
        await connection.close()


async def _extend(superuser_dsn: str) -> None:
    """Bring pgvector into a service's database, where the server has it."""
    connection = await asyncpg.connect(superuser_dsn)
    try:
        if await connection.fetchval(
            "select true from pg_available_extensions where name = 'vector'"
        ):
            await connection.execute("create extension if not exists vector")
    finally:
        await connection.close()


async def _ensure_role(connection: asyncpg.Connection, name: str, login: str) -> None:
    if not await connection.fetchval("select true from pg_roles where rolname = $1", name):
        await connection.execute(
            f"create role {name} {login} nosuperuser nobypassrls nocreatedb nocreaterole"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m chassis.provision",
        description="Make a service's database and its roles; the environment says with which"
        " passwords: CAIRN_DATABASE_SUPERUSER, _OWNER, _APP and _PIPE.",
    )
    parser.add_argument("service", type=_name, help="its name, which is the database's too")
    service = parser.parse_args().service
    settings = load(DatabaseSettings)
    passwords = {kind: settings.password(service, kind) for kind in KINDS}
    asyncio.run(provision(settings.superuser.get_secret_value(), service, passwords))


def _name(text: str) -> str:
    """It becomes part of SQL statements, so it is a plain name."""
    if not re.fullmatch("[a-z][a-z0-9_]*", text):
        raise argparse.ArgumentTypeError("lower-case letters, digits and _ only")
    return text


if __name__ == "__main__":
    main()
