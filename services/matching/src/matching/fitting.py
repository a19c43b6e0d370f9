"""Two people alone: whether a programme's rules allow them to be a pair, and how well they fit."""

from chassis.unit import Unit
from contracts.matching import Programme, Reason, Role
from contracts.profiles import Person
from matching.matcher.criteria import hours_ahead, hours_apart
from matching.matcher.forbidden import why_not
from matching.matcher.hard import HardRule
from matching.matcher.meaning import FAR, Closeness, Near
from matching.matcher.reasons import explain
from matching.meaning.texts import Kind
from matching.refusals import AgainstTheRules, TooClose
from matching.store import apart, meanings
from matching.store.lines import managers_above
from matching.store.taking_part import consenting

TOO_CLOSE = frozenset({HardRule.ONESELF, HardRule.REPORTING_LINE})


async def need_allowed(
    unit: Unit, programme: Programme, mentor: Person, mentee: Person, *, met: bool = False
) -> None:
    """`met`: an earlier pairing of the two bars another. Raises TooClose, AgainstTheRules."""
    rules = programme.rules
    managers = [each.manager_id for each in (mentor, mentee) if each.manager_id]
    found = why_not(
        mentee,
        mentor,
        rules,
        on=unit.now.date(),
        managers=await managers_above(unit, managers, rules.reporting_steps - 1),
        met=met,
        excluded=await apart.are_barred(unit, programme.id, mentee.id, mentor.id),
    )
    sentences = [*found.values(), *await _without_consent(unit, programme, mentor, mentee)]
    if sentences:
        refusal = TooClose if TOO_CLOSE & found.keys() else AgainstTheRules
        raise refusal(f"Persons {mentor.id} and {mentee.id}: {' '.join(sentences)}")


async def reasons_for(
    unit: Unit, programme: Programme, mentor: Person, mentee: Person
) -> list[Reason]:
    """What speaks for the pair today."""
    today = unit.now.date()
    hours = hours_apart(hours_ahead(mentee.time_zone, today), hours_ahead(mentor.time_zone, today))
    near = await _near(unit, mentor, mentee) if programme.rules.weight_aspiration else FAR
    return explain(mentee, mentor, programme.rules, apart=hours, near=near)


async def _near(unit: Unit, mentor: Person, mentee: Person) -> Near:
    """How near what the mentee hopes for is to what the mentor does, as far as it was read."""
    hopes = await meanings.of_people(unit, [mentee.id], Kind.ASPIRATION)
    experience = await meanings.of_people(unit, [mentor.id], Kind.EXPERIENCE)
    return Closeness(hopes, experience).near(0, 0)


async def _without_consent(
    unit: Unit, programme: Programme, mentor: Person, mentee: Person
) -> list[str]:
    if not programme.rules.needs_consent:
        return []
    given = await consenting(unit, programme.id, [mentor.id, mentee.id])
    return [
        f"The {role} has not said yet that they want to be matched, which the programme asks for."
        for person, role in ((mentor, Role.MENTOR), (mentee, Role.MENTEE))
        if (person.id, role) not in given
    ]
