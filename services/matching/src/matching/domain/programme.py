"""Programmes: who may run one, and what makes one sound."""

from datetime import date

from chassis.identity import Caller
from chassis.refusals import Invalid, NotAllowed
from contracts.matching import Kind, Programme, ProgrammeStatus, Rules
from matching.refusals import ProgrammeClosed

# What can speak for a pair; the weight of each is the rule `weight_<criterion>`.
CRITERIA = (
    "skills",
    "interests",
    "values",
    "languages",
    "hours",
    "other_site",
    "aspiration",
    "path",
    "working_style",
    "seniority",
    "background",
)


def is_coordinator(programme: Programme, caller: Caller) -> bool:
    """Administrators coordinate every programme of their organisation."""
    return caller.has("administrator") or caller.person_id in programme.coordinator_ids


def need_coordinator(programme: Programme, caller: Caller) -> None:
    """Raises NotAllowed."""
    if not is_coordinator(programme, caller):
        raise NotAllowed(
            f"Only a coordinator of programme {programme.id}, or an administrator, may do this."
        )


def need_open(programme: Programme) -> None:
    """Raises ProgrammeClosed."""
    if programme.status is not ProgrammeStatus.OPEN:
        raise ProgrammeClosed(f"Programme {programme.id} is {programme.status}.")


def usual_rules(kind: Kind) -> Rules:
    """What a programme of a kind asks of its pairs, unless its administrators say otherwise."""
    match kind:
        case Kind.CIRCLE:  # all of them meet at once
            return Rules(weight_hours=2.0, weight_other_site=0.0, weight_path=0.5)
        case Kind.PEER:
            return Rules(
                min_levels_above=-1,
                max_levels_above=1,
                weight_interests=2.0,
                weight_values=2.0,
                weight_path=0.0,
            )
        case Kind.REVERSE:  # the mentor has not been where the mentee wants to go
            return Rules(max_levels_above=-1, weight_path=0.0, weight_aspiration=0.0)
        case Kind.FLASH:  # one question, one meeting
            return Rules(
                again=True,
                weight_skills=4.0,
                weight_interests=0.5,
                weight_values=0.5,
                weight_hours=2.0,
            )
        case Kind.ONE_TO_ONE | Kind.UNKNOWN:
            return Rules()


def check_sound(programme: Programme) -> None:
    """Raises Invalid for dates in the wrong order, and for rules by which nothing can be."""
    _check_dates(programme.starts_on, programme.ends_on)
    rules = programme.rules
    if total_weight(rules) <= 0:
        raise Invalid("At least one of the rules' weights must be greater than zero.")
    least, most = rules.min_levels_above, rules.max_levels_above
    if least is not None and most is not None and least > most:
        raise Invalid(
            f"A mentor cannot be {least} levels above a mentee at least, and {most} at most."
        )


def total_weight(rules: Rules) -> float:
    return sum(getattr(rules, f"weight_{criterion}") for criterion in CRITERIA)


def _check_dates(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Invalid(f"The programme would end on {ends_on}, before it starts on {starts_on}.")
