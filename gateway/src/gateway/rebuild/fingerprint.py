"""The fingerprint of a read model: equal where every row is, whatever way it was made."""

from hashlib import sha256

import asyncpg

from gateway.rebuild import tables

_ROWS = """
    select count(*) as rows,
        md5(coalesce(string_agg(md5(kept::text), '' order by organisation_id, id), '')) as hash
    from {table} as kept
"""


async def fingerprint(connection: asyncpg.Connection, schema: str = tables.READ) -> str:
    """Of every table, in one snapshot, by a role that sees all rows (of the pipes, say).

    No column of the read model is a time of the clock on the wall: events say them all.
    """
    digest = sha256()
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("set local timezone = 'UTC'; set local statement_timeout = 0")
        for table in await tables.names(connection):
            row = await connection.fetchrow(_ROWS.format(table=f"{schema}.{table}"))
            assert row is not None
            digest.update(f"{table} {row['rows']} {row['hash']}\n".encode())
    return digest.hexdigest()
