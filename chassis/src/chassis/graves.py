"""Graves: what was erased, so that nothing at or below that version brings it back."""

from collections.abc import Collection, Mapping
from uuid import UUID

from chassis.database import Connection


async def dig(
    connection: Connection, organisation_id: UUID, topic: str, versions: Mapping[UUID, int]
) -> set[UUID]:
    """Dig graves, of subjects with their tombstones' versions; returns those that were news."""
    rows = await connection.fetch(
        """
        insert into cairn.graves as grave (organisation_id, topic, subject, version)
        select $1, $2, * from unnest($3::uuid[], $4::bigint[])
        on conflict (organisation_id, topic, subject)
            do update set version = excluded.version where grave.version < excluded.version
        returning subject
        """,
        organisation_id,
        topic,
        list(versions.keys()),
        list(versions.values()),
    )
    return {row["subject"] for row in rows}


async def version(connection: Connection, organisation_id: UUID, topic: str, subject: UUID) -> int:
    """The tombstone's version; 0 where nothing was erased."""
    return (
        await connection.fetchval(
            """
            select version from cairn.graves
            where organisation_id = $1 and topic = $2 and subject = $3
            """,
            organisation_id,
            topic,
            subject,
        )
        or 0
    )


async def has_any(connection: Connection, organisation_id: UUID, ids: Collection[UUID]) -> bool:
    """Whether any of these, whatever they are, was erased."""
    return bool(
        await connection.fetchval(
            """
            select exists (select from cairn.graves
                           where organisation_id = $1 and subject = any($2::uuid[]))
            """,
            organisation_id,
            list(ids),
        )
    )
