"""Turning what a run has computed into pairings, by the same rules as proposals made by hand."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from chassis.ids import new_id
from chassis.refusals import Refusal
from chassis.unit import Unit
from contracts.matching import Pairing, PairingChange, ProgrammeStatus
from matching.domain.proposal import check_proposal
from matching.matcher.plan import Proposal
from matching.store import pairings, programmes, runs, standing
from matching.store.candidates import lock_candidates


async def propose(unit: Unit, run_id: UUID, proposals: Sequence[Proposal]) -> None:
    """Propose what can still be proposed: since the pool was frozen, people may have left it."""
    run = await runs.find(unit, run_id)
    assert run is not None
    programme = await programmes.find(unit, run.programme_id)
    if programme is None or programme.status is not ProgrammeStatus.OPEN:
        return
    mentors, mentees = await lock_candidates(
        unit,
        programme.id,
        {proposal.mentor_id for proposal in proposals},
        {proposal.mentee_id for proposal in proposals},
    )
    made: list[Pairing] = []
    for proposal in sorted(proposals, key=lambda proposal: proposal.mentee_id):
        mentor = mentors[proposal.mentor_id]
        try:
            check_proposal(mentor, mentees[proposal.mentee_id])
        except Refusal:
            continue
        mentors[mentor.person_id] = mentor.with_one_more()
        made.append(_pairing(unit, programme.id, run_id, proposal))
    await pairings.create_all(unit, made, PairingChange.PROPOSED)
    await standing.add_load(unit, Counter(pairing.mentor_id for pairing in made))


def _pairing(unit: Unit, programme_id: UUID, run_id: UUID, proposal: Proposal) -> Pairing:
    return Pairing(
        id=new_id(),
        organisation_id=unit.organisation_id,
        programme_id=programme_id,
        run_id=run_id,
        mentor_id=proposal.mentor_id,
        mentee_id=proposal.mentee_id,
        score=proposal.score,
        reasons=proposal.reasons,
        proposed_at=unit.now,
    )
