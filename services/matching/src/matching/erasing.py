"""Erasing a person: enrolments and requests go; pairings stay for the other, without reasons."""

from uuid import UUID

from chassis.erasing import forget_person
from chassis.events import Event
from chassis.unit import Unit
from contracts import matching as contract
from contracts.erasure import ErasureDone
from contracts.matching import DraftChange, EnrolmentChange, PairingChange, SuggestionsChange
from contracts.profiles import PERSON, Erasure
from matching import store
from matching.closing import end_pairings
from matching.domain import redaction
from matching.domain.pairing import LEFT_ORGANISATION
from matching.store import (
    asking,
    drafting,
    inputs,
    meanings,
    standing,
    suggested,
    taking_part,
    work,
)
from matching.store.apart import exclusions_with
from matching.store.candidates import lock_closed, lock_with_partners
from matching.store.ranking import lock_those_who_rank


async def erase_person(event: Event[Erasure], unit: Unit) -> None:
    """Erase whom the erasure is of, however far it has come elsewhere; again does no harm."""
    erasure = event.state
    assert erasure is not None
    person_id = erasure.person_id
    await forget_person(unit, PERSON, person_id, erasure.person_version)
    redacted = await _redact(unit, person_id)
    redacted += await _redact_drafts(unit, person_id)
    erased = await store.enrolments.erase_all(unit, await taking_part.ever(unit, person_id))
    erased |= await store.drafts.erase_all(unit, await drafting.ids_of_mentee(unit, person_id))
    erased |= await store.requests.erase_all(unit, await asking.ever(unit, person_id))
    erased |= await store.exclusions.erase_all(unit, await exclusions_with(unit, person_id))
    erased |= await store.suggestions.erase_all(unit, await suggested.of_mentee(unit, person_id))
    redacted += await _redact_lists(unit, person_id)
    await work.forget_proposals(unit, person_id)
    await meanings.forget(unit, [person_id])
    await inputs.forget(unit, person_id)
    await store.people.forget(unit, person_id, erasure.person_version)
    if await store.erasures.find(unit, erasure.id) is None:
        done = ErasureDone(
            id=erasure.id,
            organisation_id=erasure.organisation_id,
            person_id=person_id,
            done_at=unit.now,
            erased=len(erased),
            redacted=redacted,
        )
        await store.erasures.create(unit, done, contract.ErasureChange.DONE)


async def _redact(unit: Unit, person_id: UUID) -> int:
    """End what is open, as for everybody who leaves, and take the words from what is closed.

    The standing stays, with no more in it than that nobody is there: it keeps proposals away.
    """
    ending = await lock_with_partners(unit, person_id)
    await standing.set_standing(unit, {person_id: (False, 0)})
    closed = await lock_closed(unit, person_id)
    changed = [after for each in closed if (after := redaction.pairing(each)) != each]
    await store.pairings.redact_all(unit, changed, PairingChange.REDACTED)
    await end_pairings(unit, [redaction.pairing(each) for each in ending], reason=LEFT_ORGANISATION)
    return len(changed) + len(ending)


async def _redact_drafts(unit: Unit, person_id: UUID) -> int:
    """Take a mentor out of drafts, with what is said of the two."""
    drafted = await drafting.lock_of_mentor(unit, person_id)
    redacted = [redaction.draft(each) for each in drafted]
    await store.drafts.redact_all(unit, redacted, DraftChange.REDACTED)
    return len(redacted)


async def _redact_lists(unit: Unit, person_id: UUID) -> int:
    """Take the person from others' lists of whom they would like best, and from suggestions."""
    ranking = [
        redaction.ranks(each, person_id) for each in await lock_those_who_rank(unit, person_id)
    ]
    await store.enrolments.redact_all(unit, ranking, EnrolmentChange.REDACTED)
    suggesting = [
        redaction.suggestions(each, person_id)
        for each in await suggested.lock_those_with(unit, person_id)
    ]
    await store.suggestions.redact_all(unit, suggesting, SuggestionsChange.REDACTED)
    return len(ranking) + len(suggesting)
