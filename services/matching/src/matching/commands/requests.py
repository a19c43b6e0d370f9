"""Requests: a mentee asks a mentor whom she chose, and the mentor answers."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from chassis.ids import new_id
from chassis.refusals import NotAllowed, NotFound
from chassis.unit import Unit
from contracts.matching import MentorRequest, PairingChange, RequestChange, RequestStatus
from matching.closing import withdraw_requests
from matching.commands.registry import Reason, caller_of, commands, need_person, need_programme
from matching.domain import request as rules
from matching.domain.programme import need_open
from matching.domain.proposal import check_proposal
from matching.fitting import need_allowed, reasons_for
from matching.matcher.reasons import score_of
from matching.store import apart, asking, pairings, requests, standing, waiting
from matching.store.candidates import lock_candidates
from matching.store.history import have_met

Message = Annotated[str, Meta(max_length=1000)]


class AskMentor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    programme_id: UUID
    mentor_id: UUID
    message: Message = ""


@commands.handles("ask-mentor")
async def ask_mentor(command: AskMentor, unit: Unit) -> None:
    mentee_id = caller_of(unit).person_id
    if mentee_id is None:
        raise NotAllowed("Only a person of the network may ask a mentor.")
    programme = await need_programme(unit, command.programme_id)
    need_open(programme)
    mentor = await need_person(unit, command.mentor_id)
    mentee = await need_person(unit, mentee_id)
    mentors, mentees = await lock_candidates(unit, programme.id, [mentor.id], [mentee.id])
    rules.check_asking(
        mentors.get(mentor.id),
        mentees[mentee.id],
        findable=rules.may_find(mentor, mentee),
        apart=await apart.are_barred(unit, programme.id, mentee.id, mentor.id),
        open_to=await asking.open_to(unit, programme.id, mentee.id),
    )
    met = await have_met(unit, programme.id, again=programme.rules.again, of=mentee.id)
    await need_allowed(unit, programme, mentor, mentee, met=(mentee.id, mentor.id) in met)
    reasons = await reasons_for(unit, programme, mentor, mentee)
    asked = MentorRequest(
        id=new_id(),
        organisation_id=unit.organisation_id,
        programme_id=programme.id,
        mentee_id=mentee.id,
        mentor_id=mentor.id,
        message=command.message.strip(),
        score=score_of(reasons),
        reasons=reasons,
        asked_at=unit.now,
        expires_at=unit.now + rules.ANSWER_WITHIN,
    )
    await requests.create(unit, asked, RequestChange.ASKED)


class OfRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    request_id: UUID


class DeclineRequest(OfRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`answer` is for the mentee to read."""

    answer: Reason | None = None


@commands.handles("accept-request")
async def accept_request(command: OfRequest, unit: Unit) -> None:
    """Both have said yes, so they are a pair; her other requests in the programme are withdrawn."""
    found = await _need_request(unit, command.request_id)
    rules.need_mentor(found, caller_of(unit).person_id)
    programme = await need_programme(unit, found.programme_id)
    need_open(programme)
    mentors, mentees = await lock_candidates(
        unit, programme.id, [found.mentor_id], [found.mentee_id]
    )
    request = await requests.locked(unit, found.id)
    rules.need_asked(request)
    check_proposal(mentors[request.mentor_id], mentees[request.mentee_id])
    accepted, pairing = rules.accept(request, pairing_id=new_id(), at=unit.now)
    await pairings.create(unit, pairing, PairingChange.ACTIVATED)
    await standing.add_load(unit, {pairing.mentor_id: 1})
    await requests.save(unit, accepted, RequestChange.ACCEPTED)
    await withdraw_requests(unit, request.mentee_id, programme.id)
    await waiting.take_off(unit, programme.id, [request.mentee_id])


@commands.handles("decline-request")
async def decline_request(command: DeclineRequest, unit: Unit) -> None:
    request = await requests.locked(unit, command.request_id)
    rules.need_mentor(request, caller_of(unit).person_id)
    rules.need_asked(request)
    answer = (command.answer or "").strip()
    declined = rules.close(request, RequestStatus.DECLINED, at=unit.now, answer=answer)
    await requests.save(unit, declined, RequestChange.DECLINED)


@commands.handles("withdraw-request")
async def withdraw_request(command: OfRequest, unit: Unit) -> None:
    request = await requests.locked(unit, command.request_id)
    rules.need_mentee(request, caller_of(unit).person_id)
    rules.need_asked(request)
    withdrawn = rules.close(request, RequestStatus.WITHDRAWN, at=unit.now)
    await requests.save(unit, withdrawn, RequestChange.WITHDRAWN)


async def _need_request(unit: Unit, request_id: UUID) -> MentorRequest:
    found = await requests.find(unit, request_id)
    if found is None:
        raise NotFound(f"There is no request {request_id}.")
    return found
