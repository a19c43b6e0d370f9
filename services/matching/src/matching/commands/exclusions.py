"""Exclusions: who is not to be matched with whom; people say it in confidence, or coordinators."""

from uuid import UUID

import msgspec

from chassis.ids import new_id
from chassis.refusals import Invalid, NotAllowed, NotFound
from chassis.unit import Unit
from contracts.matching import Exclusion, ExclusionChange
from matching.closing import close_requests_between
from matching.commands.registry import caller_of, commands, need_person, need_programme
from matching.domain import exclusion as rules
from matching.domain.programme import need_coordinator
from matching.store import exclusions, programmes, standing
from matching.store.apart import find_exclusion


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    exclusion_id: UUID  # made now, or before


class ExcludePerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`programme_id`: where; none: in every programme."""

    other_id: UUID
    programme_id: UUID | None = None


@commands.handles("exclude-person")
async def exclude_person(command: ExcludePerson, unit: Unit) -> Excluded:
    person_id = caller_of(unit).person_id
    if person_id is None:
        raise NotAllowed("Only a person of the network may keep away from another.")
    if command.programme_id is not None:
        await need_programme(unit, command.programme_id)
    return await _exclude(unit, person_id, command.other_id, command.programme_id, own=True)


class KeepApart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    programme_id: UUID
    person_id: UUID
    other_id: UUID


@commands.handles("keep-apart")
async def keep_apart(command: KeepApart, unit: Unit) -> Excluded:
    programme = await need_programme(unit, command.programme_id)
    need_coordinator(programme, caller_of(unit))
    await need_person(unit, command.person_id)
    return await _exclude(unit, command.person_id, command.other_id, programme.id, own=False)


class LiftExclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    exclusion_id: UUID


@commands.handles("lift-exclusion")
async def lift_exclusion(command: LiftExclusion, unit: Unit) -> None:
    """It is erased, as if it had never been."""
    found = await exclusions.find(unit, command.exclusion_id)
    programme = None
    if found is not None and found.programme_id is not None:
        programme = await programmes.find(unit, found.programme_id)
    if found is None or not rules.is_seen_by(found, caller_of(unit), programme):
        raise NotFound(f"There is no exclusion {command.exclusion_id}.")
    await exclusions.erase_all(unit, [found.id])


async def _exclude(
    unit: Unit, person_id: UUID, other_id: UUID, programme_id: UUID | None, *, own: bool
) -> Excluded:
    if person_id == other_id:
        raise Invalid("Two different people are kept apart.")
    await need_person(unit, other_id)
    await standing.lock(unit, [person_id, other_id])
    known = await find_exclusion(unit, person_id, other_id, programme_id, own=own)
    if known is not None:
        return Excluded(exclusion_id=known.id)
    made = Exclusion(
        id=new_id(),
        organisation_id=unit.organisation_id,
        person_id=person_id,
        other_id=other_id,
        programme_id=programme_id,
        made_by=caller_of(unit).person_id,
        made_at=unit.now,
    )
    await exclusions.create(unit, made, ExclusionChange.MADE)
    await close_requests_between(unit, person_id, other_id, programme_id)
    return Excluded(exclusion_id=made.id)
