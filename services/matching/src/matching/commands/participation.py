"""How people take part: their consent, pauses, and whom they would like best."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from chassis.refusals import NotFound
from chassis.unit import Unit
from contracts.matching import Enrolment, EnrolmentChange, Ranked, Role
from matching.commands.registry import caller_of, commands, need_person, need_programme
from matching.domain import enrolment as rules
from matching.domain.request import may_find
from matching.store import enrolments, people, taking_part

MOST_RANKED = 20


class OfEnrolment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    enrolment_id: UUID


@commands.handles("consent-to-matching")
async def consent_to_matching(command: OfEnrolment, unit: Unit) -> None:
    before = await _lock_own(unit, command.enrolment_id)
    after = rules.consent(before, at=unit.now)
    if after != before:
        await enrolments.save(unit, after, EnrolmentChange.CONSENTED)


@commands.handles("withdraw-consent")
async def withdraw_consent(command: OfEnrolment, unit: Unit) -> None:
    before = await _lock_own(unit, command.enrolment_id)
    after = rules.withdraw_consent(before)
    if after != before:
        await enrolments.save(unit, after, EnrolmentChange.CONSENT_WITHDRAWN)


@commands.handles("pause-enrolment")
async def pause_enrolment(command: OfEnrolment, unit: Unit) -> None:
    """Nobody new is matched with the person meanwhile; what they have goes on."""
    before = await _lock(unit, command.enrolment_id)
    await enrolments.save(unit, rules.pause(before), EnrolmentChange.PAUSED)


@commands.handles("resume-enrolment")
async def resume_enrolment(command: OfEnrolment, unit: Unit) -> None:
    before = await _lock(unit, command.enrolment_id)
    await enrolments.save(unit, rules.resume(before), EnrolmentChange.RESUMED)


class RankPeople(OfEnrolment, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mentee's mentors or a mentor's mentees, whom they would like best first; empty: nobody."""

    person_ids: Annotated[list[UUID], Meta(max_length=MOST_RANKED)]


@commands.handles("rank-people")
async def rank_people(command: RankPeople, unit: Unit) -> None:
    before = await _lock_own(unit, command.enrolment_id)
    rules.need_taking_part(before)
    rules.check_ranked(before, command.person_ids)
    await _check_others(unit, before, command.person_ids)
    ranked = [Ranked(person_id=each) for each in command.person_ids]
    after = msgspec.structs.replace(before, ranked=ranked)
    if after != before:
        await enrolments.save(unit, after, EnrolmentChange.RANKED)


async def _check_others(unit: Unit, enrolment: Enrolment, person_ids: list[UUID]) -> None:
    """Raises NotEnrolled for who does not take part on the other side, or keeps to themselves."""
    other = Role.MENTOR if enrolment.role is Role.MENTEE else Role.MENTEE
    there = await taking_part.enrolled(unit, enrolment.programme_id, person_ids)
    person = await need_person(unit, enrolment.person_id)
    for each in person_ids:
        found = await people.find(unit, each) if (each, other) in there else None
        if found is None or (other is Role.MENTOR and not may_find(found, person)):
            raise rules.not_there(each, other)


async def _find(unit: Unit, enrolment_id: UUID) -> Enrolment:
    enrolment = await enrolments.find(unit, enrolment_id)
    if enrolment is None:
        raise NotFound(f"There is no enrolment {enrolment_id}.")
    return enrolment


async def _lock(unit: Unit, enrolment_id: UUID) -> Enrolment:
    """For the person and coordinators."""
    found = await _find(unit, enrolment_id)
    programme = await need_programme(unit, found.programme_id)
    rules.need_self_or_coordinator(programme, found.person_id, caller_of(unit))
    return await enrolments.locked(unit, enrolment_id)


async def _lock_own(unit: Unit, enrolment_id: UUID) -> Enrolment:
    """For the person alone."""
    found = await _find(unit, enrolment_id)
    rules.need_self(found, caller_of(unit))
    return await enrolments.locked(unit, enrolment_id)
