"""Rows of an HR file, and an organisation in memory that imports them as the service does."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from contracts.profiles import Person, Site
from profiles.domain.importing import Rows
from profiles.domain.people import Known, PeopleImport, PersonRow, decide_people

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def person_fields(number: str, **fields: Any) -> dict[str, Any]:
    """A row as JSON has it; what is not given is made up."""
    return {
        "employee_number": number,
        "subject": f"subject-{number}",
        "email": f"person{number}@example.org",
        "given_name": "Ana",
        "family_name": "Silva",
        "job_title": "Engineer",
        "site": "LIS",
    } | fields


def person_row(number: str, **fields: Any) -> PersonRow:
    return PersonRow(**person_fields(number, **fields))


class Organisation:
    """What is stored of one organisation."""

    def __init__(self) -> None:
        self.id = new_id()
        self.sites = {
            code: Site(
                id=new_id(),
                organisation_id=self.id,
                code=code,
                name=code,
                city=code,
                country="PT",
                time_zone=time_zone,
            )
            for code, time_zone in (("LIS", "Europe/Lisbon"), ("OSA", "Asia/Tokyo"))
        }
        self.people: dict[str, Person] = {}

    def decide(self, *given: PersonRow, now: datetime = NOW) -> PeopleImport:
        rows = Rows(given, key="employee_number")
        known = Known(
            sites=self.sites,
            people={n: p for n, p in self.people.items() if n in _numbers(given)},
            holders={person.subject: number for number, person in self.people.items()},
            superiors={number: person.id for number, person in self.people.items()},
            managers=self.managers(),
        )
        return decide_people(rows, known, organisation_id=self.id, now=now)

    def take(self, *given: PersonRow, now: datetime = NOW) -> PeopleImport:
        """Import the rows, and keep what came of them."""
        decided = self.decide(*given, now=now)
        self.keep(*decided.joined, *decided.returned, *decided.changed)
        return decided

    def keep(self, *people: Person) -> None:
        self.people |= {person.employee_number: person for person in people}

    def managers(self) -> dict[UUID, UUID]:
        return {p.id: p.manager_id for p in self.people.values() if p.manager_id}


def _numbers(rows: Sequence[PersonRow]) -> set[str]:
    return {row.employee_number.strip() for row in rows}
