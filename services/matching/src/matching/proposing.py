"""Turning what a run has computed into pairings, by the same rules as proposals made by hand."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from chassis.ids import new_id
from chassis.refusals import Refusal
from chassis.unit import Unit
from contracts.matching import Pairing, PairingChange, ProgrammeStatus
from matching.domain.proposal import check_proposal
from matching.matcher.proposal import Proposal
from matching.store import pairings, programmes, runs, standing, waiting
from matching.store.candidates import lock_candidates

TAKEN = "The mentor who was found has no free place any more."


async def propose(unit: Unit, run_id: UUID, proposals: Sequence[Proposal]) -> None:
    """Propose what can still be proposed: since the pool was frozen, people may have left it.

    For whom there is nobody, they wait.
    """
    run = await runs.find(unit, run_id)
    assert run is not None
    programme = await programmes.find(unit, run.programme_id)
    if programme is None or programme.status is not ProgrammeStatus.OPEN:
        return
    offered = {each.mentee_id: each.mentor_id for each in proposals if each.mentor_id}
    mentors, mentees = await lock_candidates(
        unit, programme.id, set(offered.values()), offered.keys()
    )
    made: list[Pairing] = []
    why = {
        each.mentee_id: (each.unmatched, each.remedy) for each in proposals if not each.mentor_id
    }
    for proposal in sorted(proposals, key=lambda proposal: proposal.mentee_id):
        if proposal.mentor_id is None:
            continue
        mentor = mentors[proposal.mentor_id]
        try:
            check_proposal(mentor, mentees[proposal.mentee_id])
        except Refusal:
            why[proposal.mentee_id] = TAKEN, ""
            continue
        mentors[mentor.person_id] = mentor.with_one_more()
        made.append(_pairing(unit, programme.id, run_id, proposal, mentor.person_id))
    await pairings.create_all(unit, made, PairingChange.PROPOSED)
    await standing.add_load(unit, Counter(pairing.mentor_id for pairing in made))
    await waiting.take_off(unit, programme.id, [pairing.mentee_id for pairing in made])
    await waiting.put(unit, programme.id, why)


def _pairing(
    unit: Unit, programme_id: UUID, run_id: UUID, proposal: Proposal, mentor_id: UUID
) -> Pairing:
    return Pairing(
        id=new_id(),
        organisation_id=unit.organisation_id,
        programme_id=programme_id,
        run_id=run_id,
        mentor_id=mentor_id,
        mentee_id=proposal.mentee_id,
        score=proposal.score,
        reasons=proposal.reasons,
        proposed_at=unit.now,
    )
