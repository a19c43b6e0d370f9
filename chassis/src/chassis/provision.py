"""A service's database and its three roles, made by a superuser; safe to run again.

<service>_owner   owns the tables; migrations only
<service>_app     commands and queries, within one tenant
<service>_pipe    relay, consumer, projector: across tenants, on what was shared with it
"""

from collections.abc import Mapping

import asyncpg

GROUPS = ("cairn_app", "cairn_pipe")  # what migrations grant to, whatever the service
KINDS = ("owner", "app", "pipe")


async def provision(superuser_dsn: str, service: str, passwords: Mapping[str, str]) -> None:
    """`passwords` has one for each of KINDS. Another service's roles cannot connect."""
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


async def _ensure_role(connection: asyncpg.Connection, name: str, login: str) -> None:
    if not await connection.fetchval("select true from pg_roles where rolname = $1", name):
        await connection.execute(
            f"create role {name} {login} nosuperuser nobypassrls nocreatedb nocreaterole"
        )
