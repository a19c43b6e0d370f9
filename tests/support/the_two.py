"""A mentor and a mentee at one site, for tests that need just somebody."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from contracts.matching import Pairing
from contracts.profiles import Person, Site
from gateway.planner import global_id
from support import graphql_api

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ORGANISATION = new_id()


def token(subject: str = "ines", organisation: UUID = ORGANISATION, *roles: str) -> str:
    return graphql_api.token(subject, organisation, *roles)


def person(subject: str, **changes: Any) -> Person:
    usual: dict[str, Any] = {
        "id": new_id(),
        "organisation_id": ORGANISATION,
        "employee_number": subject,
        "subject": subject,
        "email": f"{subject}@example.org",
        "given_name": subject.title(),
        "family_name": "Silva",
        "job_title": "Engineer",
        "site_id": SITE.id,
        "time_zone": "Europe/Lisbon",
        "joined_at": NOW,
    }
    return Person(**usual | changes)


SITE = Site(
    id=new_id(),
    organisation_id=ORGANISATION,
    code="LIS",
    name="Lisbon",
    city="Lisbon",
    country="PT",
    time_zone="Europe/Lisbon",
)
INES, MARC = person("ines"), person("marc")
PAIRING = Pairing(
    id=new_id(),
    organisation_id=ORGANISATION,
    programme_id=new_id(),
    mentor_id=MARC.id,
    mentee_id=INES.id,
    proposed_at=NOW,
)
PAIRING_ID = global_id("Pairing", PAIRING.id)
