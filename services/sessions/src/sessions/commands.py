"""The commands of sessions, each next to its handler."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chassis.commands import Commands
from chassis.refusals import NotAllowed
from chassis.unit import Unit
from contracts.matching import Pairing
from contracts.sessions import FeedbackChange, GoalChange, SessionChange, SessionStatus
from contracts.vocabulary import Instant
from sessions import store
from sessions.domain import feedback, goal, session
from sessions.refusals import FeedbackGiven

commands = Commands()

Line = Annotated[str, Meta(max_length=200)]
Place = Annotated[str, Meta(max_length=500)]  # a room or a link
Reason = Annotated[str, Meta(max_length=1000)]
Text = Annotated[str, Meta(max_length=4000)]
Percent = Annotated[int, Meta(ge=0, le=100)]


def caller(unit: Unit) -> UUID:
    """The person who calls.

    Raises NotAllowed for a caller who is nobody of the organisation's people.
    """
    if unit.caller is None or unit.caller.person_id is None:
        raise NotAllowed("Only a person of the organisation may do this.")
    return unit.caller.person_id


class BookSession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plan a meeting of an active pairing; either of the two may."""

    pairing_id: UUID
    topic: Line
    starts_at: Instant
    ends_at: Instant
    place: Place = ""


@commands.handles("book-session")
async def book_session(command: BookSession, unit: Unit) -> None:
    pairing = await store.lock_pairing(unit, command.pairing_id)
    await store.refuse_erased(unit, pairing)
    booked = session.book(
        pairing,
        by=caller(unit),
        topic=command.topic,
        when=session.slot(command.starts_at, command.ends_at, now=unit.now),
        place=command.place,
        beside=await store.scheduled(unit, pairing.id, after=unit.now),
    )
    await store.sessions.create(unit, booked, SessionChange.SCHEDULED)


class MoveSession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Meet at another time, and perhaps elsewhere."""

    session_id: UUID
    starts_at: Instant
    ends_at: Instant
    place: Place | UnsetType = UNSET


@commands.handles("move-session")
async def move_session(command: MoveSession, unit: Unit) -> None:
    pairing = await store.lock_pairing_of(unit, command.session_id)
    await store.refuse_erased(unit, pairing)
    planned = await store.sessions.locked(unit, command.session_id)
    moved = session.move(
        planned,
        pairing,
        by=caller(unit),
        when=session.slot(command.starts_at, command.ends_at, now=unit.now),
        place=command.place,
        beside=await store.scheduled(unit, pairing.id, after=unit.now),
        now=unit.now,
    )
    if moved != planned:
        await store.sessions.save(unit, moved, SessionChange.MOVED)


class CancelSession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Call off a session that has not begun."""

    session_id: UUID
    reason: Reason = ""


@commands.handles("cancel-session")
async def cancel_session(command: CancelSession, unit: Unit) -> None:
    planned = await store.sessions.locked(unit, command.session_id)
    cancelled = session.cancel(planned, by=caller(unit), reason=command.reason, now=unit.now)
    await store.sessions.save(unit, cancelled, SessionChange.CANCELLED)


class RecordSession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say what became of a session that has begun."""

    session_id: UUID
    outcome: Literal["held", "missed"]
    reason: Reason = ""  # why it was missed


@commands.handles("record-session")
async def record_session(command: RecordSession, unit: Unit) -> None:
    planned = await store.sessions.locked(unit, command.session_id)
    outcome = SessionStatus(command.outcome)
    recorded = session.record(
        planned, by=caller(unit), outcome=outcome, reason=command.reason, now=unit.now
    )
    change = SessionChange.HELD if outcome is SessionStatus.HELD else SessionChange.MISSED
    await store.sessions.save(unit, recorded, change)


class GiveFeedback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say what a session that was held was worth; once per author."""

    session_id: UUID
    rating: Annotated[int, Meta(ge=1, le=5)]
    comment: Text = ""


@commands.handles("give-feedback")
async def give_feedback(command: GiveFeedback, unit: Unit) -> None:
    held = await store.sessions.locked(unit, command.session_id)
    await store.refuse_erased(unit, held)
    given = feedback.give(
        held, by=caller(unit), rating=command.rating, comment=command.comment, now=unit.now
    )
    if await store.feedback.find(unit, given.id) is not None:
        raise FeedbackGiven(f"You have already given feedback on session {held.id}.")
    await store.feedback.create(unit, given, FeedbackChange.GIVEN)


class SetGoal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Set a goal of one's own; with a pairing, one that its mentor helps with."""

    title: Line
    description: Text = ""
    skill: Line = ""
    due_on: date | None = None
    pairing_id: UUID | None = None


@commands.handles("set-goal")
async def set_goal(command: SetGoal, unit: Unit) -> None:
    pairing = None
    if command.pairing_id is not None:
        pairing = await store.lock_pairing(unit, command.pairing_id)
    new = goal.set_goal(
        pairing,
        organisation_id=unit.organisation_id,
        by=caller(unit),
        title=command.title,
        description=command.description,
        skill=command.skill,
        due_on=command.due_on,
        now=unit.now,
    )
    await store.goals.create(unit, new, GoalChange.SET)


class UpdateGoal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Note progress, which the pairing's mentor may too, or change the goal's words and date."""

    goal_id: UUID
    progress: Percent | UnsetType = UNSET
    title: Line | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    due_on: date | UnsetType | None = UNSET


@commands.handles("update-goal")
async def update_goal(command: UpdateGoal, unit: Unit) -> None:
    by = caller(unit)
    kept = updated = await store.goals.locked(unit, command.goal_id)
    if not (command.title is UNSET and command.description is UNSET and command.due_on is UNSET):
        updated = goal.reword(
            updated,
            by=by,
            title=command.title,
            description=command.description,
            due_on=command.due_on,
        )
    if command.progress is not UNSET:
        updated = goal.progress(
            updated, await _pairing_of(unit, kept.pairing_id), by=by, percent=command.progress
        )
    if updated != kept:
        progressed = updated.progress != kept.progress
        change = GoalChange.PROGRESSED if progressed else GoalChange.CHANGED
        await store.goals.save(unit, updated, change)


async def _pairing_of(unit: Unit, pairing_id: UUID | None) -> Pairing | None:
    return None if pairing_id is None else await store.pairings.find(unit, pairing_id)


class AchieveGoal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reached; its owner says so."""

    goal_id: UUID


@commands.handles("achieve-goal")
async def achieve_goal(command: AchieveGoal, unit: Unit) -> None:
    achieved = goal.achieve(await store.goals.locked(unit, command.goal_id), by=caller(unit))
    await store.goals.save(unit, achieved, GoalChange.ACHIEVED)


class DropGoal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No longer pursued."""

    goal_id: UUID


@commands.handles("drop-goal")
async def drop_goal(command: DropGoal, unit: Unit) -> None:
    dropped = goal.drop(await store.goals.locked(unit, command.goal_id), by=caller(unit))
    await store.goals.save(unit, dropped, GoalChange.DROPPED)
