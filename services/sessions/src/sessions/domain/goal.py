"""The life of a goal: open, then achieved or dropped."""

from datetime import date, datetime
from uuid import UUID

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chassis.ids import new_id
from chassis.refusals import NotAllowed
from contracts.matching import Pairing
from contracts.sessions import Goal, GoalStatus
from sessions.domain.pairing import refuse_inactive
from sessions.domain.words import one_line
from sessions.refusals import GoalClosed


def set_goal(
    pairing: Pairing | None,
    *,
    organisation_id: UUID,
    by: UUID,
    title: str,
    description: str,
    skill: str,
    due_on: date | None,
    now: datetime,
) -> Goal:
    """A goal of the person who sets it; one of a pairing is set by its mentee."""
    if pairing is not None:
        if by != pairing.mentee_id:
            raise NotAllowed("A goal of a pairing is set by its mentee.")
        refuse_inactive(pairing)
    return Goal(
        id=new_id(),
        organisation_id=organisation_id,
        person_id=by,
        pairing_id=None if pairing is None else pairing.id,
        title=one_line(title, "title"),
        description=description.strip(),
        skill=" ".join(skill.split()),
        due_on=due_on,
        set_at=now,
    )


def progress(goal: Goal, pairing: Pairing | None, *, by: UUID, percent: int) -> Goal:
    """How far the goal has come, as its owner or the mentor of its active pairing sees it."""
    if by != goal.person_id:
        if pairing is None or by != pairing.mentor_id:
            raise NotAllowed("Only whose goal it is, and the mentor of its pairing, may do this.")
        refuse_inactive(pairing)
    _refuse_closed(goal)
    return replace(goal, progress=percent)


def reword(
    goal: Goal,
    *,
    by: UUID,
    title: str | UnsetType,
    description: str | UnsetType,
    due_on: date | UnsetType | None,
) -> Goal:
    """The goal in other words or with another date; what is unset stays."""
    _refuse_others(goal, by)
    _refuse_closed(goal)
    return replace(
        goal,
        title=goal.title if title is UNSET else one_line(title, "title"),
        description=goal.description if description is UNSET else description.strip(),
        due_on=goal.due_on if due_on is UNSET else due_on,
    )


def achieve(goal: Goal, *, by: UUID) -> Goal:
    _refuse_others(goal, by)
    _refuse_closed(goal)
    return replace(goal, status=GoalStatus.ACHIEVED, progress=100)


def drop(goal: Goal, *, by: UUID) -> Goal:
    _refuse_others(goal, by)
    _refuse_closed(goal)
    return replace(goal, status=GoalStatus.DROPPED)


def _refuse_others(goal: Goal, person: UUID) -> None:
    if person != goal.person_id:
        raise NotAllowed("Only the person whose goal it is may do this.")


def _refuse_closed(goal: Goal) -> None:
    if goal.status is not GoalStatus.OPEN:
        raise GoalClosed(f"Goal {goal.id} is {goal.status}, and stays so.")
