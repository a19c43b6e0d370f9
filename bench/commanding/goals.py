"""The goals that are set and updated."""

from datetime import UTC, datetime

from chassis.ids import new_id
from contracts.sessions import Goal

ORGANISATION = new_id()
CONNECTIONS = 32
GOALS = 256  # that are there to be updated


def goal() -> Goal:
    return Goal(
        id=new_id(),
        organisation_id=ORGANISATION,
        person_id=new_id(),
        title="To speak before the whole department without notes",
        set_at=datetime.now(UTC),
    )
