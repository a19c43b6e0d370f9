"""Drafts: changed by hand by coordinators, who are told what it costs."""

import asyncio
from uuid import UUID

import msgspec
from msgspec.structs import replace

from chassis.refusals import NotFound
from chassis.unit import Unit
from contracts.matching import Certificate, Draft, DraftChange, MatchingRun, RunChange, RunStatus
from matching.commands.registry import caller_of, commands, need_programme
from matching.domain import run as life
from matching.domain.programme import need_coordinator, need_open
from matching.matcher import frozen
from matching.matcher.editing import Cost, Edit, Edited, edit
from matching.matcher.proposal import Proposal
from matching.refusals import IllegalTransition
from matching.store import drafting, drafts, inputs, runs


class EditDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without a mentor, the mentee is offered nobody.

    `instead_of` is the mentee who gives up their place with the mentor, where there is none free.
    """

    draft_id: UUID
    mentor_id: UUID | None = None
    instead_of: UUID | None = None


class EditedDraft(msgspec.Struct, frozen=True, kw_only=True):
    cost: Cost


@commands.handles("edit-draft")
async def edit_draft(command: EditDraft, unit: Unit) -> EditedDraft:
    caller = caller_of(unit)
    found = await drafts.find(unit, command.draft_id)
    if found is None:
        raise NotFound(f"There is no draft {command.draft_id}.")
    programme = await need_programme(unit, found.programme_id)
    need_coordinator(programme, caller)
    need_open(programme)
    run = await runs.locked(unit, found.run_id)
    drafted = {each.mentee_id: each for each in await drafting.lock_of_run(unit, run.id)}
    asked = Edit(
        mentee_id=found.mentee_id, mentor_id=command.mentor_id, instead_of=command.instead_of
    )
    edited = await _edit(unit, run, drafted, asked)
    changed = [_changed(drafted, each, caller.person_id) for each in edited.proposals]
    await drafts.save_all(unit, changed, DraftChange.EDITED)
    await runs.save(unit, life.edit(run, edited.certificate), RunChange.EDITED)
    return EditedDraft(cost=edited.cost)


async def _edit(unit: Unit, run: MatchingRun, drafted: dict[UUID, Draft], asked: Edit) -> Edited:
    """Raises IllegalTransition, and what editing raises."""
    kept = await inputs.find(unit, run.id)
    if run.status is not RunStatus.DRAFTED or run.certificate is None:
        raise IllegalTransition(f"Matching run {run.id} is {run.status}; only a draft is edited.")
    if kept is None:
        raise IllegalTransition(
            f"Of matching run {run.id} it is not known any more whom it was computed from: start"
            " it again to edit it."
        )
    mentors = {each.mentee_id: each.mentor_id for each in drafted.values()}
    return await asyncio.to_thread(_edit_kept, kept, mentors, asked, run.certificate)


def _edit_kept(
    kept: bytes, mentors: dict[UUID, UUID | None], asked: Edit, before: Certificate
) -> Edited:
    return edit(frozen.read(kept), mentors, asked, before)


def _changed(drafted: dict[UUID, Draft], told: Proposal, by: UUID | None) -> Draft:
    return replace(
        drafted[told.mentee_id],
        mentor_id=told.mentor_id,
        score=told.score,
        reasons=told.reasons,
        unmatched=told.unmatched,
        remedy=told.remedy,
        edited_by=by,
    )
