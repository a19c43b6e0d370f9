"""The commands of matching, and what all of them use."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from chassis.commands import Commands
from chassis.identity import Caller
from chassis.refusals import NotAllowed, NotFound, NotYetKnown
from chassis.unit import Unit
from contracts.matching import Programme
from contracts.profiles import Person
from matching.refusals import PersonLeft
from matching.store import people, programmes
from matching.store.standing import Standing

commands = Commands()

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Text = Annotated[str, Meta(max_length=2000)]
Reason = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]


def caller_of(unit: Unit) -> Caller:
    """Raises NotAllowed where nobody asks."""
    if unit.caller is None:
        raise NotAllowed("Somebody must ask for it.")
    return unit.caller


async def need_programme(unit: Unit, programme_id: UUID) -> Programme:
    """Raises NotFound."""
    programme = await programmes.find(unit, programme_id)
    if programme is None:
        raise NotFound(f"There is no programme {programme_id}.")
    return programme


def not_known(person_id: UUID) -> NotYetKnown:
    return NotYetKnown(
        f"Person {person_id} is not known yet; if they have just joined, try again in a moment."
    )


async def need_person(unit: Unit, person_id: UUID) -> Person:
    """Raises NotYetKnown."""
    person = await people.find(unit, person_id)
    if person is None:
        raise not_known(person_id)
    return person


def need_alive(person_id: UUID, standing: Standing | None) -> None:
    """Raises NotYetKnown, PersonLeft."""
    if standing is None:
        raise not_known(person_id)
    if not standing.alive:
        raise PersonLeft(f"Person {person_id} has left the organisation.")
