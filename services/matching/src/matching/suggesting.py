"""Whom a mentee may ask: the mentors who suit her best, each looked at as they are now."""

import asyncio

from chassis.unit import Unit
from contracts.matching import Enrolment, Programme, Suggestion, Suggestions
from contracts.profiles import Person
from matching.domain.request import may_find
from matching.fitting import reasons_for
from matching.matcher.reasons import score_of
from matching.meaning.texts import Kind
from matching.networks import networks
from matching.store import apart, history, meanings
from matching.store.freezing import mentors_of
from matching.store.lines import managers_above

SHOWN = 10
LOOKED_AT = 60  # of what is kept: some of them may be full, hidden or gone by now


async def suggest(
    unit: Unit, programme: Programme, enrolment: Enrolment, mentee: Person
) -> Suggestions:
    rules = programme.rules
    mentors = await networks.of(unit, programme)
    kept_apart = await apart.barred_with(unit, programme.id, mentee.id)
    met = await history.have_met(unit, programme.id, again=rules.again, of=mentee.id)
    above = [mentee.manager_id] if mentee.manager_id else []
    best = await asyncio.to_thread(
        mentors.nearest,
        mentee,
        hopes=await meanings.of_people(unit, [mentee.id], Kind.ASPIRATION),
        barred=kept_apart | {mentor_id for _, mentor_id in met},
        managers=await managers_above(unit, above, rules.reporting_steps - 1),
        count=LOOKED_AT,
    )
    now = {
        person.id: person
        for person, places in await mentors_of(unit, programme.id, rules, among=best)
        if places and may_find(person, mentee)
    }
    shown = [now[mentor_id] for mentor_id in best if mentor_id in now][:SHOWN]
    return Suggestions(
        id=enrolment.id,
        organisation_id=unit.organisation_id,
        programme_id=programme.id,
        mentee_id=mentee.id,
        mentors=[await _suggestion(unit, programme, mentor, mentee) for mentor in shown],
        as_of=unit.now,
    )


async def _suggestion(
    unit: Unit, programme: Programme, mentor: Person, mentee: Person
) -> Suggestion:
    reasons = await reasons_for(unit, programme, mentor, mentee)
    return Suggestion(mentor_id=mentor.id, score=score_of(reasons), reasons=reasons)
