"""The tenant wall stands around every table of every service; the catalogue is the witness."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from chassis.migrations import apply_migrations
from support.databases import ServiceDatabase

EXEMPT = {
    "cairn.positions": "of Kafka's partitions, not of any tenant; the pipes alone may touch it",
    "cairn.rebuilding": "positions of a rebuild, like those above",
    "cairn.births": "of reactions and partitions; the pipes alone may read it",
    "cairn.dead_letters": "a record that cannot be read may name no tenant; the pipes' alone",
    "cairn.discarded": "what was thrown away of those; the pipes' alone",
    "cairn.healing": "of Kafka's partitions, like positions; the pipes alone may touch it",
    "cairn.beats": "of Kafka's topics; the pipes alone may touch it",
    "cairn.standstill": "of the whole service; the pipes alone may touch it",
    "public.reading_by": "by which recipe texts are read; of the whole service, the pipes' alone",
    "public._pogo_migration": "which migrations were applied; the owner's alone",
    "public._pogo_version": "the format of the table above; the owner's alone",
}

DEFINERS = {
    "cairn.forget_parked(uuid)": "deletes what was parked of a tenant's person; tells nothing",
    "public.prepare_event_months(integer)": "makes the coming months' partitions; reads no row",
}

SERVICES = ("profiles", "matching", "sessions", "notifications", "gateway")

TABLES = """
    select c.oid, n.nspname || '.' || c.relname as name, c.relkind::text as kind,
           c.relrowsecurity as walled, c.relforcerowsecurity as forced,
           pg_get_userbyid(c.relowner) as owner,
           exists (select from pg_attribute a where a.attrelid = c.oid
                   and a.attname = 'organisation_id' and a.attnotnull) as has_tenant,
           c.relispartition as is_partition
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
      and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_%'
    order by 2
"""


def migrations_of(service: str) -> Path:
    main = import_module(f"{service}.main")
    return main.MIGRATIONS if service == "gateway" else main.service.migrations


@pytest.fixture(params=SERVICES, scope="module")
async def dsn(
    request: pytest.FixtureRequest, database: Callable[[str], Awaitable[ServiceDatabase]]
) -> ServiceDatabase:
    made = await database(request.param)
    await apply_migrations(made.owner, [migrations_of(request.param)])
    return made


@pytest.fixture
async def catalogue(dsn: ServiceDatabase) -> AsyncGenerator[asyncpg.Connection]:
    settings = {"search_path": "pg_catalog"}  # so that every name is given with its schema
    connection = await asyncpg.connect(dsn.superuser, server_settings=settings)
    yield connection
    await connection.close()


async def test_every_table_is_behind_the_wall_or_exempt_with_a_reason(
    catalogue: asyncpg.Connection,
) -> None:
    for table in await catalogue.fetch(TABLES):
        name = table["name"]
        if name in EXEMPT:
            continue
        assert table["kind"] in ("r", "p"), f"{name}: views and foreign tables pass the wall by"
        assert table["has_tenant"], f"{name} has no organisation_id"
        assert table["walled"], f"{name} has no row-level security"
        assert table["forced"], f"{name} does not force row-level security on its owner"
        policies = await catalogue.fetch(
            "select polname, pg_get_expr(polqual, polrelid) as sees,"
            " pg_get_expr(polwithcheck, polrelid) as writes,"
            " array(select rolname::text from pg_roles where oid = any(polroles)) as roles"
            " from pg_policy where polrelid = $1",
            table["oid"],
        )
        for policy in policies:
            assert policy["roles"] in (["cairn_app"], ["cairn_pipe"]), f"{name} {policy['polname']}"
            if policy["roles"] == ["cairn_app"]:
                sees = "(organisation_id = ( SELECT cairn.organisation() AS organisation))"
                writes = "(organisation_id = cairn.organisation())"
                assert policy["sees"] == sees, f"{name}: {policy['sees']}"
                assert policy["writes"] in (writes, None), f"{name}: {policy['writes']}"


async def test_every_key_begins_with_the_tenant(catalogue: asyncpg.Connection) -> None:
    """A unique key without it would tell one tenant of another's rows by refusing theirs."""
    keys = await catalogue.fetch(
        """
        select n.nspname || '.' || t.relname as name, i.relname as key,
               array(select a.attname::text from unnest(x.indkey) with ordinality k (number, place)
                     join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number
                     order by k.place) as columns
        from pg_index x join pg_class t on t.oid = x.indrelid
        join pg_class i on i.oid = x.indexrelid
        join pg_namespace n on n.oid = t.relnamespace
        where x.indisunique and n.nspname in ('public', 'cairn', 'read')
        """
    )
    for key in keys:
        if key["name"] in EXEMPT or key["columns"] == ["position"]:  # an identity, not a value
            continue
        assert "organisation_id" in key["columns"], f"{key['name']}: {key['key']} {key['columns']}"


async def test_the_applications_role_cannot_pass_the_wall(
    catalogue: asyncpg.Connection, dsn: ServiceDatabase
) -> None:
    for login in (dsn.app, dsn.pipe):
        role = login.partition("//")[2].partition(":")[0]
        row = await catalogue.fetchrow("select * from pg_roles where rolname = $1", role)
        assert row is not None
        for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication"):
            assert not row[power], f"{role} has {power}"
        owned = await catalogue.fetchval(
            "select count(*) from pg_class where pg_get_userbyid(relowner) = $1", role
        )
        assert owned == 0
        owner = dsn.owner.partition("//")[2].partition(":")[0]
        assert not await catalogue.fetchval("select pg_has_role($1, $2, 'MEMBER')", role, owner)


async def test_no_function_acts_with_its_owners_rights_but_for_a_reason(
    catalogue: asyncpg.Connection,
) -> None:
    definers = await catalogue.fetch(
        "select p.oid::regprocedure::text as name from pg_proc p"
        " join pg_namespace n on n.oid = p.pronamespace"
        " where p.prosecdef and n.nspname in ('public', 'cairn', 'read')"
    )
    assert {row["name"] for row in definers} <= set(DEFINERS)
    for row in definers:
        public = "select has_function_privilege('public', $1, 'EXECUTE')"
        assert not await catalogue.fetchval(public, row["name"])


async def test_exempt_tables_are_out_of_the_applications_reach(
    catalogue: asyncpg.Connection, dsn: ServiceDatabase
) -> None:
    role = dsn.app.partition("//")[2].partition(":")[0]
    for name in EXEMPT:
        if not await catalogue.fetchval("select to_regclass($1)", name):
            continue  # it is another service's
        reach = "select has_table_privilege($1, $2, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
        assert not await catalogue.fetchval(reach, role, name), name


async def test_without_a_tenant_there_are_no_rows_and_another_tenants_cannot_be_written(
    catalogue: asyncpg.Connection, dsn: ServiceDatabase
) -> None:
    connection = await asyncpg.connect(dsn.app)
    try:
        for table in await catalogue.fetch(TABLES):
            if table["name"] in EXEMPT:
                continue
            if not await catalogue.fetchval(
                "select has_table_privilege($1, $2::oid, 'SELECT')",
                dsn.app.partition("//")[2].partition(":")[0],
                table["oid"],
            ):
                continue
            assert await connection.fetchval(f"select count(*) from {table['name']}") == 0
            async with connection.transaction():
                await connection.execute(
                    "select set_config('cairn.organisation', $1, true)", str(uuid4())
                )
                assert await connection.fetchval(f"select count(*) from {table['name']}") == 0
        await connection.execute("begin")
        await connection.execute("select set_config('cairn.organisation', $1, true)", str(uuid4()))
        write = "insert into cairn.handled values ($1, 'r', $2, 1)"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(write, uuid4(), uuid4())
    finally:
        await connection.close()
