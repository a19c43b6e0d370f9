"""What an import makes of people: who joins, who returns, who changes, and which rows are refused.

An import has the last word on what HR says of a person; on the profile only where it was not
edited by hand. The same rows a second time change nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from chassis.ids import new_id
from contracts.profiles import Person, Position, Site, Standing
from profiles.domain.importing import Imported, RowProblem, Rows
from profiles.domain.managers import ReportingLines
from profiles.domain.profile import Profile, described, said


class HeldPosition(Position, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A position as a row has it: a misspelt field is refused, not dropped."""


class PersonRow(Profile, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that HR says of a person, who is told from others by the employee number.

    Of the profile it may say something or nothing: what is unset stays as it is.
    """

    employee_number: str
    subject: str
    email: str
    given_name: str
    family_name: str
    job_title: str
    site: str  # its code
    department: str = ""
    manager: str | None = None  # an employee number
    time_zone: str | UnsetType = UNSET  # unset: the site's
    level: int | UnsetType | None = UNSET  # the higher, the more senior; unset: as before
    occupation: str | UnsetType = UNSET  # its URI in ESCO; unset: as before
    career: list[HeldPosition] | UnsetType = UNSET  # the latest first; unset: as before


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of those that the rows speak of."""

    sites: Mapping[str, Site]  # by code
    people: Mapping[str, Person]  # the rows' own, by employee number
    holders: Mapping[str, str]  # of the rows' subjects: the employee number of who has each
    superiors: Mapping[str, UUID]  # those who are named as managers, by employee number
    managers: Mapping[UUID, UUID]  # the manager of each of those, and of everyone above them


class PeopleImport(msgspec.Struct, frozen=True, kw_only=True):
    """What to write, and what to answer."""

    joined: list[Person]
    returned: list[Person]
    changed: list[Person]
    result: Imported


def decide_people(
    rows: Rows[PersonRow], known: Known, *, organisation_id: UUID, now: datetime
) -> PeopleImport:
    _refuse_unknown_sites(rows, known)
    _refuse_taken_subjects(rows, known)
    ids = _ids(rows, known)
    managers, warned = _managers(rows, known, ids)
    joined: list[Person] = []
    returned: list[Person] = []
    changed: list[Person] = []
    for _, row in rows:
        old = known.people.get(row.employee_number)
        site = known.sites[row.site]
        hr = _hr_fields(row, site, managers.get(row.employee_number))
        if old is None:
            new = Person(
                id=ids[row.employee_number],
                organisation_id=organisation_id,
                time_zone=site.time_zone,
                joined_at=now,
                **hr,
            )
            joined.append(_with_profile(new, row, site))
            continue
        person = _with_profile(msgspec.structs.replace(old, **hr), row, site)
        if old.standing is Standing.LEFT:
            person = msgspec.structs.replace(person, standing=Standing.ACTIVE, joined_at=now)
            returned.append(person)
        elif person != old:
            changed.append(person)
    written = len(joined) + len(returned) + len(changed)
    return PeopleImport(
        joined=joined,
        returned=returned,
        changed=changed,
        result=Imported(
            created=len(joined),
            changed=len(changed) + len(returned),
            unchanged=len(rows.standing) - written,
            refused=rows.refused,
            warned=warned,
        ),
    )


def _refuse_unknown_sites(rows: Rows[PersonRow], known: Known) -> None:
    for place, row in rows:
        if row.site not in known.sites:
            rows.refuse(place, "site", "There is no site with this code; import the sites first.")


def _refuse_taken_subjects(rows: Rows[PersonRow], known: Known) -> None:
    """Refuse rows until no two people have the same subject.

    A subject is free when its holder's own row gives it up. A refused row gives up nothing, so
    who counted on it is refused in the next round.
    """
    while True:
        claims = {row.employee_number: row.subject for _, row in rows}
        owners = {
            subject: number
            for subject, number in known.holders.items()
            if claims.get(number, subject) == subject
        }
        taken = [
            place
            for place, row in rows
            if owners.setdefault(row.subject, row.employee_number) != row.employee_number
        ]
        for place in taken:
            rows.refuse(place, "subject", "Somebody else in the organisation has this subject.")
        if not taken:
            return


def _ids(rows: Rows[PersonRow], known: Known) -> dict[str, UUID]:
    """The id of each row's person, by employee number."""
    numbers = [row.employee_number for _, row in rows]
    return {
        number: known.people[number].id if number in known.people else new_id()
        for number in numbers
    }


def _managers(
    rows: Rows[PersonRow], known: Known, ids: Mapping[str, UUID]
) -> tuple[dict[str, UUID], list[RowProblem]]:
    """The managers of the rows' people, by employee number, and which rows lose theirs."""
    placed_anew = set(ids.values())
    lines = ReportingLines(
        {person: above for person, above in known.managers.items() if person not in placed_anew}
    )
    people = {**known.superiors, **ids}
    managers: dict[str, UUID] = {}
    warned: list[RowProblem] = []
    for place, row in rows:
        if row.manager is None:
            continue
        if row.manager not in people:
            message = "Nobody has this employee number; the manager was left empty."
            warned.append(RowProblem(row=place, field="manager", message=message))
        elif not lines.place(ids[row.employee_number], people[row.manager]):
            message = "They would be their own manager, if far up; the manager was left empty."
            warned.append(RowProblem(row=place, field="manager", message=message))
        else:
            managers[row.employee_number] = people[row.manager]
    return managers, warned


def _hr_fields(row: PersonRow, site: Site, manager_id: UUID | None) -> dict[str, Any]:
    careers: dict[str, Any] = {
        "level": row.level,
        "occupation": row.occupation,
        "career": row.career,
    }
    return {
        **{field: value for field, value in careers.items() if value is not UNSET},
        "employee_number": row.employee_number,
        "subject": row.subject,
        "email": row.email,
        "given_name": row.given_name,
        "family_name": row.family_name,
        "job_title": row.job_title,
        "department": row.department,
        "site_id": site.id,
        "manager_id": manager_id,
    }


def _with_profile(person: Person, row: PersonRow, site: Site) -> Person:
    words = {"time_zone": site.time_zone} | said(row)
    unedited = {field: value for field, value in words.items() if field not in person.edited}
    return described(person, unedited)
