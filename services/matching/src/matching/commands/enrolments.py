"""Enrolments: people take part in a programme by themselves, or are enrolled by a coordinator."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from chassis.ids import new_id
from chassis.refusals import Invalid, NotFound, NotYetKnown
from chassis.unit import Unit
from contracts.matching import (
    Enrolment,
    EnrolmentChange,
    Pairing,
    PairingStatus,
    Programme,
    Role,
)
from matching.closing import end_pairings, expire_requests, withdraw_requests
from matching.commands.registry import caller_of, commands, need_alive, need_programme
from matching.domain import enrolment as rules
from matching.domain.pairing import LEFT_PROGRAMME
from matching.domain.programme import need_coordinator, need_open
from matching.refusals import AlreadyEnrolled, PersonLeft
from matching.store import enrolments, standing
from matching.store.candidates import lock_with_partners
from matching.store.taking_part import enrolled

MOST_ROWS = 500  # in one command

RoleName = Literal["mentor", "mentee"]
Capacity = Annotated[int, Meta(ge=1, le=100)]


class Enrol(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`capacity` is a mentor's number of mentees in this programme; none: their own capacity."""

    programme_id: UUID
    person_id: UUID
    role: RoleName
    capacity: Capacity | None = None


@commands.handles("enrol")
async def enrol(command: Enrol, unit: Unit) -> None:
    programme = await need_programme(unit, command.programme_id)
    rules.need_self_or_coordinator(programme, command.person_id, caller_of(unit))
    need_open(programme)
    role = Role(command.role)
    rules.check_capacity(role, command.capacity)
    standings = await standing.lock(unit, [command.person_id])
    need_alive(command.person_id, standings.get(command.person_id))
    if (command.person_id, role) in await enrolled(unit, programme.id, [command.person_id]):
        raise AlreadyEnrolled(
            f"Person {command.person_id} takes part in programme {programme.id} as a {role}"
            " already."
        )
    entry = Entry(person_id=command.person_id, role=command.role, capacity=command.capacity)
    await enrolments.create(unit, _enrolment(programme, entry, unit), EnrolmentChange.ENROLLED)


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    person_id: UUID
    role: RoleName
    capacity: Capacity | None = None


class EnrolPeople(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Enrol many; who takes part already stays as they are."""

    programme_id: UUID
    enrolments: Annotated[list[Entry], Meta(max_length=MOST_ROWS)]


class RefusedRow(msgspec.Struct, frozen=True, kw_only=True):
    row: int  # its place in the command, from 0
    field: str
    message: str


class EnrolledPeople(msgspec.Struct, frozen=True, kw_only=True):
    """Rows by outcome."""

    created: int
    unchanged: int
    refused: list[RefusedRow]


@commands.handles("enrol-people", bulk=True)
async def enrol_people(command: EnrolPeople, unit: Unit) -> EnrolledPeople:
    programme = await need_programme(unit, command.programme_id)
    need_coordinator(programme, caller_of(unit))
    need_open(programme)
    person_ids = {entry.person_id for entry in command.enrolments}
    standings = await standing.lock(unit, person_ids)
    taking_part = await enrolled(unit, programme.id, person_ids)
    created: list[Enrolment] = []
    refused: list[RefusedRow] = []
    for row, entry in enumerate(command.enrolments):
        problem = _problem(entry, standings.get(entry.person_id))
        if problem is not None:
            field, message = problem
            refused.append(RefusedRow(row=row, field=field, message=message))
        elif (entry.person_id, entry.role) not in taking_part:
            taking_part.add((entry.person_id, Role(entry.role)))
            created.append(_enrolment(programme, entry, unit))
    await enrolments.create_all(unit, created, EnrolmentChange.ENROLLED)
    unchanged = len(command.enrolments) - len(created) - len(refused)
    return EnrolledPeople(created=len(created), unchanged=unchanged, refused=refused)


class LeaveProgramme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Proposals that nobody has taken up end with it, and requests; active pairings go on."""

    enrolment_id: UUID


@commands.handles("leave-programme")
async def leave_programme(command: LeaveProgramme, unit: Unit) -> None:
    caller = caller_of(unit)
    enrolment = await enrolments.find(unit, command.enrolment_id)
    if enrolment is None:
        raise NotFound(f"There is no enrolment {command.enrolment_id}.")
    programme = await need_programme(unit, enrolment.programme_id)
    rules.need_self_or_coordinator(programme, enrolment.person_id, caller)
    open_pairings = await lock_with_partners(unit, enrolment.person_id)
    left = rules.leave(await enrolments.locked(unit, enrolment.id))
    await enrolments.save(unit, left, EnrolmentChange.LEFT)
    await end_pairings(
        unit,
        [each for each in open_pairings if _is_proposed_in(left, each)],
        reason=LEFT_PROGRAMME,
        person_id=caller.person_id,
    )
    close_requests = expire_requests if left.role is Role.MENTOR else withdraw_requests
    await close_requests(unit, left.person_id, left.programme_id)


def _problem(entry: Entry, found: standing.Standing | None) -> tuple[str, str] | None:
    """What speaks against a row: a field and a sentence."""
    try:
        rules.check_capacity(Role(entry.role), entry.capacity)
    except Invalid as refusal:
        return "capacity", refusal.message
    try:
        need_alive(entry.person_id, found)
    except (NotYetKnown, PersonLeft) as refusal:
        return "person_id", refusal.message
    return None


def _enrolment(programme: Programme, entry: Entry, unit: Unit) -> Enrolment:
    return Enrolment(
        id=new_id(),
        organisation_id=unit.organisation_id,
        programme_id=programme.id,
        person_id=entry.person_id,
        role=Role(entry.role),
        capacity=entry.capacity,
        enrolled_at=unit.now,
        consented_at=unit.now if caller_of(unit).person_id == entry.person_id else None,
    )


def _is_proposed_in(enrolment: Enrolment, pairing: Pairing) -> bool:
    own_id = pairing.mentor_id if enrolment.role is Role.MENTOR else pairing.mentee_id
    return (
        pairing.status is PairingStatus.PROPOSED
        and pairing.programme_id == enrolment.programme_id
        and own_id == enrolment.person_id
    )
