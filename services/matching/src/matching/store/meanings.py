"""`meanings`: people's texts as vectors, and what is nearest to them."""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg
import msgspec
import numpy as np

from chassis.unit import Unit
from matching.matcher.meaning import Meanings
from matching.meaning.basis import WIDTH as SHORT
from matching.meaning.basis import shorten
from matching.meaning.encoder import WIDTH, Numbers
from matching.meaning.reading import Space
from matching.meaning.texts import Kind

PAGE = 2000  # rows fetched at once: more would be held twice
HEADER = 4  # bytes before the numbers of a vector, as PostgreSQL sends it

Key = tuple[UUID, Kind]


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a text: `vector` is of length 1."""

    person_id: UUID
    kind: Kind
    fingerprint: bytes
    space: Space
    vector: Numbers


class Near(msgspec.Struct, frozen=True, kw_only=True):
    person_id: UUID
    cosine: float  # of the two texts, from -1 to 1; strangers have about 0
    space: Space


async def of_people(unit: Unit, person_ids: Sequence[UUID], kind: Kind) -> Meanings:
    """What people's texts of a kind mean, for the matcher; in their order, each of them once."""
    found = Meanings(
        np.zeros((len(person_ids), SHORT), np.int16), np.zeros(len(person_ids), np.int8)
    )
    place_of = {person_id: place for place, person_id in enumerate(person_ids)}
    for start in range(0, len(person_ids), PAGE):
        rows = await unit.connection.fetch(
            """
            select person_id, space, halfvec_send(vector) as vector from meanings
            where organisation_id = $1 and person_id = any($2::uuid[]) and kind = $3
            """,
            unit.organisation_id,
            person_ids[start : start + PAGE],
            kind,
        )
        places = [place_of[row["person_id"]] for row in rows]
        spaces = np.array([Space(row["space"]).number for row in rows], np.int8)
        short = shorten(_vectors(rows), spaces)
        found.vectors[places] = short.vectors
        found.space[places] = spaces
    return found


async def nearest(unit: Unit, person_id: UUID, most: int) -> list[Near]:
    """The mentors whose experience is nearest to what a mentee hopes for, the nearest first.

    Nobody, where the mentee hopes for nothing, or that has not been read yet. Who takes part in
    what, and who has a place, is not asked here.
    """
    rows = await unit.connection.fetch(
        """
        select theirs.person_id, theirs.space, 1 - (theirs.vector <=> hoped.vector) as cosine
        from meanings as hoped
        join meanings as theirs using (organisation_id, space)
        where hoped.organisation_id = $1 and hoped.person_id = $2 and hoped.kind = 'aspiration'
          and theirs.kind = 'experience' and theirs.person_id <> $2
        order by theirs.vector <=> hoped.vector, theirs.person_id limit $3
        """,
        unit.organisation_id,
        person_id,
        most,
    )
    return [
        Near(person_id=row["person_id"], cosine=row["cosine"], space=Space(row["space"]))
        for row in rows
    ]


async def fingerprints(unit: Unit, person_ids: Collection[UUID]) -> dict[Key, bytes]:
    rows = await unit.connection.fetch(
        """
        select person_id, kind, fingerprint from meanings
        where organisation_id = $1 and person_id = any($2::uuid[])
        """,
        unit.organisation_id,
        list(person_ids),
    )
    return {(row["person_id"], Kind(row["kind"])): row["fingerprint"] for row in rows}


async def keep(unit: Unit, found: Sequence[Meaning]) -> None:
    await unit.connection.execute(
        """
        insert into meanings (organisation_id, person_id, kind, fingerprint, space, vector)
        select $1, person_id, kind, fingerprint, space, vector::halfvec
        from unnest($2::uuid[], $3::text[], $4::bytea[], $5::text[], $6::text[])
            as new (person_id, kind, fingerprint, space, vector)
        on conflict (organisation_id, person_id, kind) do update
            set fingerprint = excluded.fingerprint, space = excluded.space,
                vector = excluded.vector
        """,
        unit.organisation_id,
        [each.person_id for each in found],
        [each.kind for each in found],
        [each.fingerprint for each in found],
        [each.space for each in found],
        [msgspec.json.encode(each.vector.tolist()).decode() for each in found],
    )


async def drop(unit: Unit, keys: Collection[Key]) -> None:
    await unit.connection.execute(
        """
        delete from meanings
        using unnest($2::uuid[], $3::text[]) as gone (person_id, kind)
        where meanings.organisation_id = $1 and meanings.person_id = gone.person_id
          and meanings.kind = gone.kind
        """,
        unit.organisation_id,
        [person_id for person_id, _ in keys],
        [kind for _, kind in keys],
    )


async def forget(unit: Unit, person_ids: Collection[UUID]) -> None:
    """Forget people's meanings; those that are being computed will not be kept."""
    for table in ("unread", "meanings"):
        await unit.connection.execute(
            f"delete from {table} where organisation_id = $1 and person_id = any($2::uuid[])",  # noqa: S608
            unit.organisation_id,
            list(person_ids),
        )


async def having(unit: Unit, person_ids: Collection[UUID]) -> set[UUID]:
    """Of whom there are meanings, or will be."""
    rows = await unit.connection.fetch(
        """
        select person_id from meanings
        where organisation_id = $1 and person_id = any($2::uuid[])
        union
        select person_id from unread
        where organisation_id = $1 and person_id = any($2::uuid[])
        """,
        unit.organisation_id,
        list(person_ids),
    )
    return {row["person_id"] for row in rows}


def _vectors(rows: Sequence[asyncpg.Record]) -> Numbers:
    numbers = b"".join(row["vector"][HEADER:] for row in rows)
    return np.frombuffer(numbers, ">f2").reshape(-1, WIDTH).astype(np.float32)
