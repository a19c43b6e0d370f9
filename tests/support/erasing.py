"""An erasure as profiles tells it, and what a service's database has of a word."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from chassis.ids import derived_id
from contracts.profiles import PERSON, Erasure, ErasureChange
from support.harness import Heard, erased, happened

COLUMNS = """
    select n.nspname || '.' || c.relname as table,
        string_agg(case when a.atttypid = 'bytea'::regtype
                        then format('encode(%I, ''escape'')', a.attname)
                        else format('%I::text', a.attname) end, ', ') as columns
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
    group by 1
"""


async def texts(database: asyncpg.Connection) -> dict[str, str]:
    """All that is in a database, as text, by table; as a role that sees every row."""
    found: dict[str, str] = {}
    for table in await database.fetch(COLUMNS):
        rows = await database.fetch(
            f"select concat_ws(' ', {table['columns']}) as text from {table['table']}"
        )
        found[table["table"]] = "\n".join(row["text"] for row in rows)
    return found


async def holding(postgres: str, service: str, word: str) -> list[str]:
    """Which tables of a service have a word. `postgres` is the superuser's address."""
    database = await asyncpg.connect(urlsplit(postgres)._replace(path=f"/{service}").geturl())
    try:
        return [table for table, text in (await texts(database)).items() if word in text]
    finally:
        await database.close()


class Told:
    """What profiles says when it erases a person whose tombstone has this version."""

    def __init__(self, person_id: UUID, organisation_id: UUID, *, version: int) -> None:
        now = datetime.now(UTC)
        self.state = Erasure(
            id=derived_id("erasure", person_id),
            organisation_id=organisation_id,
            person_id=person_id,
            person_version=version,
            requested_at=now,
            promised_by=now + timedelta(minutes=15),
            due_by=now + timedelta(days=30),
        )
        self.tombstone = erased(PERSON, person_id, organisation_id, version)

    @property
    def requested(self) -> Heard:
        return self.said(ErasureChange.REQUESTED, 1)

    def said(self, change: Any, version: int) -> Heard:
        return happened(change, self.state, version=version)
