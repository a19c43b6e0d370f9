"""What profiles keeps, and every statement of its own."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from chassis.aggregates import Aggregates
from chassis.database import Connection
from chassis.unit import Unit
from contracts.profiles import (
    ERASURE,
    ORGANISATION,
    PERSON,
    SITE,
    Erasure,
    Organisation,
    Person,
    Site,
)
from profiles.domain.people import Known, PersonRow

organisations = Aggregates(ORGANISATION, Organisation, table="organisations", called="organisation")
sites = Aggregates(SITE, Site, table="sites", called="site")
people = Aggregates(PERSON, Person, table="people", called="person")
erasures = Aggregates(ERASURE, Erasure, table="erasures", called="erasure")


async def take_turn(unit: Unit) -> None:
    """Wait until no other command decides over the organisation's structure, and keep others out.

    What is unique in an organisation, and who reports to whom, is decided over many rows at once.
    """
    await unit.connection.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))",
        f"structure of {unit.organisation_id}",
    )


async def sites_by_code(unit: Unit, codes: Iterable[str]) -> dict[str, Site]:
    rows = await unit.connection.fetch(
        """
        select state from sites
        where organisation_id = $1 and code = any($2)
        order by id for update
        """,
        unit.organisation_id,
        list(codes),
    )
    found = [sites.read(row["state"]) for row in rows]
    return {site.code: site for site in found}


async def time_zone_of_site(unit: Unit, site_id: UUID) -> str:
    zone: Any = await unit.connection.fetchval(
        "select state ->> 'time_zone' from sites where organisation_id = $1 and id = $2",
        unit.organisation_id,
        site_id,
    )
    return zone


async def known_to(unit: Unit, rows: Iterable[PersonRow]) -> Known:
    """What the rows' import is decided on; the people of the rows are locked."""
    rows = list(rows)
    superiors, managers = await _reporting_lines(unit, {row.manager for row in rows if row.manager})
    return Known(
        sites=await sites_by_code(unit, {row.site for row in rows}),
        people=await _people_by_number(unit, [row.employee_number for row in rows]),
        holders=await _holders(unit, [row.subject for row in rows]),
        superiors=superiors,
        managers=managers,
    )


async def _people_by_number(unit: Unit, numbers: list[str]) -> dict[str, Person]:
    rows = await unit.connection.fetch(
        """
        select state from people
        where organisation_id = $1 and employee_number = any($2)
        order by id for update
        """,
        unit.organisation_id,
        numbers,
    )
    found = [people.read(row["state"]) for row in rows]
    return {person.employee_number: person for person in found}


async def _holders(unit: Unit, subjects: list[str]) -> dict[str, str]:
    """The employee number of who has each subject."""
    rows = await unit.connection.fetch(
        """
        select subject, employee_number from people
        where organisation_id = $1 and subject = any($2)
        """,
        unit.organisation_id,
        subjects,
    )
    return {row["subject"]: row["employee_number"] for row in rows}


async def _reporting_lines(
    unit: Unit, numbers: Iterable[str]
) -> tuple[dict[str, UUID], dict[UUID, UUID]]:
    """Those with these employee numbers, and the managers of all from them up to the top."""
    rows = await unit.connection.fetch(
        """
        with recursive line as (
            select id, employee_number, manager_id from people
            where organisation_id = $1 and employee_number = any($2)
            union
            select above.id, above.employee_number, above.manager_id
            from people above join line on above.id = line.manager_id
            where above.organisation_id = $1
        )
        select id, employee_number, manager_id from line
        """,
        unit.organisation_id,
        list(numbers),
    )
    superiors = {row["employee_number"]: row["id"] for row in rows}
    managers = {row["id"]: row["manager_id"] for row in rows if row["manager_id"]}
    return superiors, managers


async def all_erasures(unit: Unit) -> list[Erasure]:
    rows = await unit.connection.fetch(
        "select state from erasures where organisation_id = $1", unit.organisation_id
    )
    return [erasures.read(row["state"]) for row in rows]


async def open_erasures(connection: Connection) -> list[Erasure]:
    """Those of every organisation, as the role of the pipes."""
    rows = await connection.fetch("select state from erasures where is_open")
    return [erasures.read(row["state"]) for row in rows]
