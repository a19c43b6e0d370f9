"""Pairings: proposed by a coordinator, led through their life by the two and by coordinators."""

from uuid import UUID

import msgspec

from chassis.ids import new_id
from chassis.refusals import NotFound
from chassis.unit import Unit
from contracts.matching import Pairing, PairingChange
from matching.closing import withdraw_requests
from matching.commands.registry import (
    Reason,
    caller_of,
    commands,
    need_alive,
    need_person,
    need_programme,
)
from matching.domain.pairing import Action, act, is_open, parties
from matching.domain.programme import need_coordinator, need_open
from matching.domain.proposal import check_proposal
from matching.fitting import need_allowed, reasons_for
from matching.matcher.reasons import score_of
from matching.store import pairings, standing, waiting
from matching.store.candidates import lock_candidates


class ProposePairing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    programme_id: UUID
    mentor_id: UUID
    mentee_id: UUID


@commands.handles("propose-pairing")
async def propose_pairing(command: ProposePairing, unit: Unit) -> None:
    programme = await need_programme(unit, command.programme_id)
    need_coordinator(programme, caller_of(unit))
    need_open(programme)
    mentor = await need_person(unit, command.mentor_id)
    mentee = await need_person(unit, command.mentee_id)
    mentors, mentees = await lock_candidates(unit, programme.id, [mentor.id], [mentee.id])
    check_proposal(mentors[mentor.id], mentees[mentee.id])
    await need_allowed(unit, programme, mentor, mentee)  # what they had before is no bar by hand
    reasons = await reasons_for(unit, programme, mentor, mentee)
    pairing = Pairing(
        id=new_id(),
        organisation_id=unit.organisation_id,
        programme_id=programme.id,
        mentor_id=mentor.id,
        mentee_id=mentee.id,
        score=score_of(reasons),
        reasons=reasons,
        proposed_at=unit.now,
    )
    await pairings.create(unit, pairing, PairingChange.PROPOSED)
    await standing.add_load(unit, {mentor.id: 1})
    await waiting.take_off(unit, programme.id, [mentee.id])


class OfPairing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pairing_id: UUID


class DeclinePairing(OfPairing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Reason | None = None


class EndPairing(OfPairing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Reason


@commands.handles("accept-pairing")
async def accept_pairing(command: OfPairing, unit: Unit) -> None:
    await _act(unit, command.pairing_id, Action.ACCEPT)


@commands.handles("decline-pairing")
async def decline_pairing(command: DeclinePairing, unit: Unit) -> None:
    await _act(unit, command.pairing_id, Action.DECLINE, reason=command.reason or "")


@commands.handles("pause-pairing")
async def pause_pairing(command: OfPairing, unit: Unit) -> None:
    await _act(unit, command.pairing_id, Action.PAUSE)


@commands.handles("resume-pairing")
async def resume_pairing(command: OfPairing, unit: Unit) -> None:
    await _act(unit, command.pairing_id, Action.RESUME)


@commands.handles("complete-pairing")
async def complete_pairing(command: OfPairing, unit: Unit) -> None:
    await _act(unit, command.pairing_id, Action.COMPLETE)


@commands.handles("end-pairing")
async def end_pairing(command: EndPairing, unit: Unit) -> None:
    await _act(unit, command.pairing_id, Action.END, reason=command.reason)


async def _act(unit: Unit, pairing_id: UUID, action: Action, *, reason: str = "") -> None:
    caller = caller_of(unit)
    found = await pairings.find(unit, pairing_id)
    if found is None:
        raise NotFound(f"There is no pairing {pairing_id}.")
    programme = await need_programme(unit, found.programme_id)
    standings = await standing.lock(unit, [found.mentor_id, found.mentee_id])
    before = await pairings.locked(unit, pairing_id)
    after, change = act(
        before,
        action,
        by=parties(before, programme, caller),
        person_id=caller.person_id,
        at=unit.now,
        reason=reason.strip(),
    )
    if action is Action.ACCEPT:
        for person_id in (before.mentor_id, before.mentee_id):
            need_alive(person_id, standings.get(person_id))
    await pairings.save(unit, after, change)
    if change is PairingChange.ACTIVATED:
        await withdraw_requests(unit, after.mentee_id, after.programme_id)
    if not is_open(after):
        await standing.add_load(unit, {after.mentor_id: -1})
