"""Questions about requests to mentors. Whoever makes one locks the mentee's standing first."""

from uuid import UUID

import asyncpg

from chassis.unit import Unit
from contracts.matching import MentorRequest
from matching.store import requests


async def open_to(unit: Unit, programme_id: UUID, mentee_id: UUID) -> set[UUID]:
    """The mentors who have yet to answer a mentee in the programme."""
    rows = await unit.connection.fetch(
        """
        select mentor_id from requests
        where organisation_id = $1 and programme_id = $2 and mentee_id = $3 and status = 'asked'
        """,
        unit.organisation_id,
        programme_id,
        mentee_id,
    )
    return {row["mentor_id"] for row in rows}


async def lock_open_of_mentee(
    unit: Unit, mentee_id: UUID, programme_id: UUID | None = None
) -> list[MentorRequest]:
    """Her requests that are not answered, in one programme or in all."""
    rows = await unit.connection.fetch(
        """
        select state from requests
        where organisation_id = $1 and mentee_id = $2 and status = 'asked'
          and ($3::uuid is null or programme_id = $3)
        order by id for update
        """,
        unit.organisation_id,
        mentee_id,
        programme_id,
    )
    return _read(rows)


async def lock_open_to_mentor(
    unit: Unit, mentor_id: UUID, programme_id: UUID | None = None
) -> list[MentorRequest]:
    """The requests that a mentor has yet to answer, in one programme or in all."""
    rows = await unit.connection.fetch(
        """
        select state from requests
        where organisation_id = $1 and mentor_id = $2 and status = 'asked'
          and ($3::uuid is null or programme_id = $3)
        order by id for update
        """,
        unit.organisation_id,
        mentor_id,
        programme_id,
    )
    return _read(rows)


async def lock_open_between(
    unit: Unit, mentee_id: UUID, mentor_id: UUID, programme_id: UUID | None = None
) -> list[MentorRequest]:
    """What a mentee asks of one mentor, in one programme or in all."""
    asked = await lock_open_of_mentee(unit, mentee_id, programme_id)
    return [each for each in asked if each.mentor_id == mentor_id]


async def ever(unit: Unit, person_id: UUID) -> list[UUID]:
    """The ids of all requests by a person and to them."""
    rows = await unit.connection.fetch(
        """
        select id from requests where organisation_id = $1 and mentee_id = $2
        union
        select id from requests where organisation_id = $1 and mentor_id = $2
        """,
        unit.organisation_id,
        person_id,
    )
    return [row["id"] for row in rows]


def _read(rows: list[asyncpg.Record]) -> list[MentorRequest]:
    return [requests.read(row["state"]) for row in rows]
