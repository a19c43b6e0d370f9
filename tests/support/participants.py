"""People as matching needs them: one line makes one, and what matters to the test is named."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from contracts.profiles import Person

SITE = new_id()


def participant(organisation_id: UUID, **fields: Any) -> Person:
    """Someone in Lisbon who speaks English, unless the fields say otherwise."""
    person_id = fields.pop("id", None) or new_id()
    usual: dict[str, Any] = {
        "employee_number": str(person_id),
        "subject": str(person_id),
        "email": f"{person_id}@example.org",
        "given_name": "Given",
        "family_name": "Family",
        "job_title": "Engineer",
        "site_id": SITE,
        "time_zone": "Europe/Lisbon",
        "languages": ["en"],
        "joined_at": datetime.now(UTC),
    }
    return Person(id=person_id, organisation_id=organisation_id, **usual | fields)
