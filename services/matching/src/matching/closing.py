"""Ending what somebody's going ends, and what a pairing leaves behind."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from chassis.unit import Unit
from contracts.matching import (
    MentorRequest,
    Pairing,
    PairingChange,
    RequestChange,
    RequestStatus,
)
from matching.domain import request as requesting
from matching.domain.pairing import PLATFORM, Action, act
from matching.store import asking, pairings, requests, standing


async def end_pairings(
    unit: Unit,
    ending: Sequence[Pairing],
    *,
    reason: str,
    person_id: UUID | None = None,
    change: PairingChange = PairingChange.ENDED,
) -> None:
    """End open pairings whose people's standing is locked. `person_id` is who caused it."""
    ended = [
        act(each, Action.END, by=PLATFORM, person_id=person_id, at=unit.now, reason=reason)[0]
        for each in ending
    ]
    await pairings.save_all(unit, ended, change)
    freed = Counter(each.mentor_id for each in ended)
    await standing.add_load(unit, {mentor_id: -count for mentor_id, count in freed.items()})


async def withdraw_requests(unit: Unit, mentee_id: UUID, programme_id: UUID | None = None) -> None:
    """Withdraw a mentee's open requests in one programme, or in all: she needs no answers now."""
    asked = await asking.lock_open_of_mentee(unit, mentee_id, programme_id)
    closed = _closed(unit, asked, RequestStatus.WITHDRAWN)
    await requests.save_all(unit, closed, RequestChange.WITHDRAWN)


async def expire_requests(unit: Unit, mentor_id: UUID, programme_id: UUID | None = None) -> None:
    """Let a mentor's open requests expire in one programme, or in all: no answer will come."""
    asked = await asking.lock_open_to_mentor(unit, mentor_id, programme_id)
    closed = _closed(unit, asked, RequestStatus.EXPIRED)
    await requests.save_all(unit, closed, RequestChange.EXPIRED)


async def close_requests_between(
    unit: Unit, person_id: UUID, other_id: UUID, programme_id: UUID | None
) -> None:
    """Close open requests of the two, now that they are kept apart: as if the person had.

    A mentor's is a decline like any other, a mentee's a withdrawal.
    """
    mine = await asking.lock_open_between(unit, person_id, other_id, programme_id)
    theirs = await asking.lock_open_between(unit, other_id, person_id, programme_id)
    withdrawn = _closed(unit, mine, RequestStatus.WITHDRAWN)
    await requests.save_all(unit, withdrawn, RequestChange.WITHDRAWN)
    declined = _closed(unit, theirs, RequestStatus.DECLINED)
    await requests.save_all(unit, declined, RequestChange.DECLINED)


def _closed(
    unit: Unit, asked: Sequence[MentorRequest], status: RequestStatus
) -> list[MentorRequest]:
    return [requesting.close(each, status, at=unit.now) for each in asked]
