"""What nobody answers in time comes to its end by itself.

Each ending is a unit of its own, and is decided under the lock of what ends: any instance may do
it, and several at once do it once.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

from chassis.database import TRANSIENT
from chassis.logs import logger
from chassis.refusals import NotFound
from chassis.service import Running
from chassis.unit import Unit
from contracts.matching import PairingChange, PairingStatus, RequestChange, RequestStatus
from matching.by_itself import unit_of
from matching.closing import end_pairings
from matching.domain import request as requesting
from matching.domain.pairing import UNANSWERED
from matching.store import pairings, requests, standing
from matching.store.overdue import overdue_proposals, overdue_requests

PROPOSED_FOR = timedelta(days=21)  # then a proposal lapses
POLL = 30.0  # seconds between looks for what is overdue

log = logger("matching.lapsing")


async def let_lapse(running: Running) -> None:
    """The service's job: until cancelled."""
    while True:
        try:
            await end_overdue(running)
        except TRANSIENT as error:
            log.warning("what is overdue is looked for again", error=type(error).__name__)
        await asyncio.sleep(POLL)


async def end_overdue(running: Running) -> None:
    """End what is overdue, the longest first; where there is much, the rest the next time."""
    async with running.pipe.connection() as connection:
        unanswered = await overdue_requests(connection)
        proposed = await overdue_proposals(connection, PROPOSED_FOR)
    for each in unanswered:
        async with unit_of(running, each.organisation_id) as unit:
            await _expire(unit, each.id)
    for each in proposed:
        async with unit_of(running, each.organisation_id) as unit:
            await _lapse(unit, each.id)


async def _expire(unit: Unit, request_id: UUID) -> None:
    try:
        request = await requests.locked(unit, request_id)
    except NotFound:  # erased meanwhile
        return
    if request.status is RequestStatus.ASKED and request.expires_at <= unit.now:
        expired = requesting.close(request, RequestStatus.EXPIRED, at=unit.now)
        await requests.save(unit, expired, RequestChange.EXPIRED)


async def _lapse(unit: Unit, pairing_id: UUID) -> None:
    found = await pairings.find(unit, pairing_id)
    if found is None:
        return
    await standing.lock(unit, [found.mentor_id, found.mentee_id])
    pairing = await pairings.locked(unit, pairing_id)
    if pairing.status is PairingStatus.PROPOSED and pairing.proposed_at + PROPOSED_FOR <= unit.now:
        await end_pairings(unit, [pairing], reason=UNANSWERED, change=PairingChange.LAPSED)
