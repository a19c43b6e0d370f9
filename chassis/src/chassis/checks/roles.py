"""Whether the database's roles can do what they need, and no more."""

from collections.abc import AsyncGenerator, Iterable

import asyncpg

from chassis.checks.findings import Checked, Finding

PIPES = ("outbox", "positions", "waiting", "deliveries", "dead_letters", "answers")
AGAIN = "Run `python -m chassis.provision` for it again, then `prepare`."

_SELF = """
    select current_user::text as name, current_setting('server_version_num')::int as version,
        (select array_agg(rolname::text) from pg_roles
         where (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
           and pg_has_role(current_user, oid, 'MEMBER')) as powers,
        (select count(*) from pg_class where relowner = current_user::regrole) as owns
"""
_UNWALLED = """
    select n.nspname || '.' || c.relname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
      and n.nspname not like 'pg\\_%'
      and not (c.relrowsecurity and c.relforcerowsecurity)
      and exists (select from pg_attribute a where a.attrelid = c.oid
                  and a.attname = 'organisation_id' and a.attnotnull)
    order by 1
"""
_LACKS = """
    select array_agg(name) from unnest($1::text[]) as name
    where to_regclass('cairn.' || name) is not null
      and not (select bool_and(has_table_privilege(current_user, 'cairn.' || name, needed))
               from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as needed)
"""


async def check(checked: Checked) -> Iterable[Finding]:
    found = [each async for each in _wrong(checked)]
    return found or [
        Finding(
            level="ok",
            where=checked.service,
            what="Its roles can do what they need, and no more; every table is walled.",
        )
    ]


async def _wrong(checked: Checked) -> AsyncGenerator[Finding]:
    for kind, dsn in (("app", checked.app), ("pipe", checked.pipe), ("owner", checked.owner)):
        if dsn is None:
            continue
        try:
            connection = await asyncpg.connect(dsn, timeout=5, command_timeout=10)
        except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
            yield _finding(
                checked,
                f"CAIRN_DATABASE_{kind.upper()} does not let it in ({type(error).__name__}).",
                "Is PostgreSQL up, and are address and password right?",
            )
            continue
        try:
            async for each in _of(checked, kind, connection):
                yield each
        finally:
            await connection.close(timeout=2)


async def _of(
    checked: Checked, kind: str, connection: asyncpg.Connection
) -> AsyncGenerator[Finding]:
    own = await connection.fetchrow(_SELF)
    assert own is not None
    if own["name"] != f"{checked.service}_{kind}":
        what = f"CAIRN_DATABASE_{kind.upper()} is of the role {own['name']}."
        yield _finding(checked, what, f"It must be of {checked.service}_{kind}.")
        return
    if own["powers"]:
        powers = ", ".join(sorted(own["powers"]))
        yield _finding(
            checked,
            f"{own['name']} has powers that it must not have, as {powers}.",
            "Take them away (alter role … nosuperuser nobypassrls nocreaterole nocreatedb"
            " noreplication): the tenant wall may not hold.",
        )
    if kind != "owner" and own["owns"]:
        yield _finding(checked, f"{own['name']} owns tables.", "Only the owner's role may.")
    if kind == "app":
        if own["version"] < 160_000:
            yield _finding(checked, "Its PostgreSQL is older than 16.", "Move to 16 or newer.")
        for row in await connection.fetch(_UNWALLED):
            yield _finding(
                checked,
                f"The table {row['name']} has no forced row-level security: tenants meet there.",
                f"select cairn.protect('{row['name']}');",
            )
    if kind == "pipe":
        if lacks := await connection.fetchval(_LACKS, PIPES):
            tables = ", ".join(f"cairn.{name}" for name in lacks)
            yield _finding(checked, f"{own['name']} may not do all it needs in {tables}.", AGAIN)
        becomes = "select pg_has_role(current_user, $1::regrole, 'SET')"
        if not await connection.fetchval(becomes, f"{checked.service}_app"):
            what = f"{own['name']} cannot become {checked.service}_app: no event can be handled."
            yield _finding(checked, what, AGAIN)


def _finding(checked: Checked, what: str, remedy: str) -> Finding:
    return Finding(level="wrong", where=checked.service, what=what, remedy=remedy)
