"""Suggestions: the mentors who suit a mentee best, for her to choose whom to ask."""

from uuid import UUID

import msgspec

from chassis.refusals import NotFound
from chassis.unit import Unit
from contracts.matching import Role, SuggestionsChange
from matching.commands.registry import caller_of, commands, need_person, need_programme
from matching.domain import enrolment as rules
from matching.domain.programme import need_open
from matching.store import enrolments, suggestions
from matching.suggesting import suggest


class SuggestMentors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    enrolment_id: UUID  # the mentee's


@commands.handles("suggest-mentors")
async def suggest_mentors(command: SuggestMentors, unit: Unit) -> None:
    found = await enrolments.find(unit, command.enrolment_id)
    if found is None:
        raise NotFound(f"There is no enrolment {command.enrolment_id}.")
    programme = await need_programme(unit, found.programme_id)
    rules.need_self_or_coordinator(programme, found.person_id, caller_of(unit))
    need_open(programme)
    rules.need_role(found, Role.MENTEE)
    mentee = await need_person(unit, found.person_id)
    rules.need_taking_part(await enrolments.locked(unit, found.id))
    made = await suggest(unit, programme, found, mentee)
    if await suggestions.find(unit, made.id) is None:
        await suggestions.create(unit, made, SuggestionsChange.MADE)
    else:
        await suggestions.save(unit, made, SuggestionsChange.MADE)
