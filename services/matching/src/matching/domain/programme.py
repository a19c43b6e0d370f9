"""Programmes: who may run one, and what makes one sound."""

from datetime import date

from chassis.identity import Caller
from chassis.refusals import Invalid, NotAllowed
from contracts.matching import Programme, ProgrammeStatus, Rules
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


def check_sound(programme: Programme) -> None:
    """Raises Invalid for dates in the wrong order, and for rules by which nothing counts."""
    _check_dates(programme.starts_on, programme.ends_on)
    if total_weight(programme.rules) <= 0:
        raise Invalid("At least one of the rules' weights must be greater than zero.")


def total_weight(rules: Rules) -> float:
    return sum(getattr(rules, f"weight_{criterion}") for criterion in CRITERIA)


def _check_dates(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Invalid(f"The programme would end on {ends_on}, before it starts on {starts_on}.")
