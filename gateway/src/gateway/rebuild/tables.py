"""The schemas of the read model: the one that is read, the one in the making, the one before.

All of this is done as the owner. What a table is like is told by the table that is read, and so is
said once: in the migrations.
"""

import asyncpg

READ, MAKING, BEFORE = "read", "rebuilding", "retired"

OF_CHANGES = {"change_numbers", "departures"}  # begin anew in a read model that is made again

LOCK_WITHIN = "3s"  # longer than the second after which PostgreSQL calls an autovacuum off

_CONSTRAINTS = """
    select t.relname as table, c.conname as name, pg_get_constraintdef(c.oid) as definition
    from pg_constraint c join pg_class t on t.oid = c.conrelid
    where t.relnamespace = $1::text::regnamespace and c.contype in ('p', 'u')
    order by 1, 2
"""
_INDEXES = """
    select pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class t on t.oid = i.indrelid
    where t.relnamespace = $1::text::regnamespace
      and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
    order by 1
"""
_COLUMNS = """
    select t.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
        a.attcollation::regcollation::text as collation, a.attnotnull as required
    from pg_attribute a join pg_class t on t.oid = a.attrelid
    where t.relnamespace = $1::text::regnamespace and t.relkind = 'r'
      and a.attnum > 0 and not a.attisdropped
    order by 1, 2
"""


async def make(owner: asyncpg.Connection) -> None:
    """Make the schema anew: every table empty, with its keys, indexes, policies and rights."""
    await drop(owner, MAKING)
    await drop(owner, BEFORE)
    async with owner.transaction():
        await owner.execute(f"create schema {MAKING}")
        await owner.execute(f"grant usage on schema {MAKING} to cairn_app, cairn_pipe")
        for table in await names(owner):
            made = f"{MAKING}.{table}"
            await owner.execute(
                f"create table {made} (like {READ}.{table} including all excluding indexes)"
            )
            await owner.execute(f"select cairn.protect('{made}'), cairn.share('{made}')")
        # `like` would give them names of its own, and later migrations speak of them by name.
        for key in await owner.fetch(_CONSTRAINTS, READ):
            await owner.execute(
                f"alter table {MAKING}.{key['table']}"
                f" add constraint {key['name']} {key['definition']}"
            )
        for index in await owner.fetch(_INDEXES, READ):
            await owner.execute(_moved(index["definition"]))


async def drop(owner: asyncpg.Connection, schema: str) -> None:
    """Drop a schema that nobody reads any more; whoever still does is waited for.

    Raises asyncpg.LockNotAvailableError where that takes too long.
    """
    async with owner.transaction():
        await owner.execute(f"set local lock_timeout = '{LOCK_WITHIN}'")
        await owner.execute(f"drop schema if exists {schema} cascade")


async def replace(owner: asyncpg.Connection) -> None:
    """Within a transaction: give each schema its new name. No query waits for that, nor fails.

    A query finds its tables by the schema's name: before the commit those before, after it the new.
    """
    await owner.execute(f"alter schema {READ} rename to {BEFORE}")
    await owner.execute(f"alter schema {MAKING} rename to {READ}")


async def names(owner: asyncpg.Connection) -> list[str]:
    rows = await owner.fetch("select tablename from pg_tables where schemaname = $1", READ)
    return sorted(row["tablename"] for row in rows)


async def analyze(owner: asyncpg.Connection) -> None:
    """Have the planner know the new tables before anybody reads them."""
    for table in await names(owner):
        await owner.execute(f"vacuum (analyze) {MAKING}.{table}")


async def are_alike(owner: asyncpg.Connection) -> bool:
    """Whether the new tables are still like those that are read: a migration may have run."""
    for question in (_CONSTRAINTS, _COLUMNS):
        if await owner.fetch(question, READ) != await owner.fetch(question, MAKING):
            return False
    wanted = [_moved(row["definition"]) for row in await owner.fetch(_INDEXES, READ)]
    return wanted == [row["definition"] for row in await owner.fetch(_INDEXES, MAKING)]


def _moved(definition: str) -> str:
    return definition.replace(f" ON {READ}.", f" ON {MAKING}.", 1)
