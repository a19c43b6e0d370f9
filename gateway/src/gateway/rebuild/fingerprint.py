"""The fingerprint of a read model: equal where every row is, whatever way it was made."""

from hashlib import sha256

import asyncpg

from gateway.rebuild import tables

_ROWS = """
    select count(*) as rows,
        md5(coalesce(string_agg(hash, '' order by hash), '')) as hash
    from (select md5(row({columns})::text) as hash from {table}) each
"""
_COLUMNS = """
    select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
    where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
      and attname <> 'changed'
"""


async def fingerprint(connection: asyncpg.Connection, schema: str = tables.READ) -> str:
    """Of every table, in one snapshot, by a role that sees all rows (of the pipes, say).

    Events say all that the read model has, but when it was changed.
    """
    digest = sha256()
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("set local timezone = 'UTC'; set local statement_timeout = 0")
        for table in sorted(set(await tables.names(connection)) - tables.OF_CHANGES):
            name = f"{schema}.{table}"
            columns = await connection.fetchval(_COLUMNS, name)
            row = await connection.fetchrow(_ROWS.format(columns=columns, table=name))
            assert row is not None
            digest.update(f"{table} {row['rows']} {row['hash']}\n".encode())
    return digest.hexdigest()
