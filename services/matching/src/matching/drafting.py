"""Dry runs: what was computed becomes drafts, and drafts become proposals, or nothing."""

from collections.abc import Sequence
from uuid import UUID

from chassis.ids import new_id
from chassis.unit import Unit
from contracts.matching import Draft, DraftChange, MatchingRun
from matching.matcher.proposal import Proposal
from matching.proposing import propose
from matching.store import drafting, drafts


async def draft(unit: Unit, run: MatchingRun, proposals: Sequence[Proposal]) -> None:
    made = [_draft(run, proposal) for proposal in proposals]
    await drafts.create_all(unit, made, DraftChange.MADE)


async def commit_some(unit: Unit, run_id: UUID, most: int) -> bool:
    """Propose what some drafts say; whether there were any. They go."""
    found = await drafting.some_of_run(unit, run_id, most)
    if found:
        await propose(unit, run_id, [_proposal(each) for each in found])
        await drafts.erase_all(unit, [each.id for each in found])
    return bool(found)


async def clear_some(unit: Unit, run_id: UUID, most: int) -> bool:
    """Erase some of a run's drafts; whether there were any."""
    found = await drafting.some_of_run(unit, run_id, most)
    await drafts.erase_all(unit, [each.id for each in found])
    return bool(found)


def _draft(run: MatchingRun, proposal: Proposal) -> Draft:
    return Draft(
        id=new_id(),
        organisation_id=run.organisation_id,
        run_id=run.id,
        programme_id=run.programme_id,
        mentee_id=proposal.mentee_id,
        mentor_id=proposal.mentor_id,
        score=proposal.score,
        reasons=proposal.reasons,
        unmatched=proposal.unmatched,
        remedy=proposal.remedy,
    )


def _proposal(draft: Draft) -> Proposal:
    return Proposal(
        mentee_id=draft.mentee_id,
        mentor_id=draft.mentor_id,
        score=draft.score,
        reasons=draft.reasons,
        unmatched=draft.unmatched,
        remedy=draft.remedy,
    )
