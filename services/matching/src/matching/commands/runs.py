"""Matching runs: asked for, tried, committed and cancelled by coordinators; done by the runner."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from chassis.ids import new_id
from chassis.refusals import Invalid, NotFound
from chassis.unit import Unit
from contracts.matching import MatchingRun, Mode, Programme, RunChange
from matching.commands.programmes import RulesGiven, given
from matching.commands.registry import caller_of, commands
from matching.domain import run as life
from matching.domain.programme import check_sound, need_coordinator, need_open
from matching.refusals import RunInProgress
from matching.store import drafting, programmes, runs, work
from matching.store.work import Stage

Seed = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class StartMatchingRun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`mode` and, for a dry run, `rules` take the place of the programme's own."""

    programme_id: UUID
    dry: bool = False
    mode: Literal["stable", "network", "choice"] | UnsetType = UNSET
    rules: RulesGiven = RulesGiven()
    seed: Seed = 0


@commands.handles("start-matching-run")
async def start_matching_run(command: StartMatchingRun, unit: Unit) -> None:
    caller = caller_of(unit)
    programme = await programmes.locked(unit, command.programme_id)
    need_coordinator(programme, caller)
    need_open(programme)
    if given(command.rules) and not command.dry:
        raise Invalid(
            "Only a dry run can have rules of its own: change the programme's, or make it dry."
        )
    rules = command.rules.on(programme.rules)
    if command.mode is not UNSET:
        rules = replace(rules, mode=Mode(command.mode))
    tried = replace(programme, rules=rules)
    check_sound(tried)
    await _need_idle(unit, programme)
    requested = life.request(
        tried,
        run_id=new_id(),
        by=caller.person_id,
        at=unit.now,
        dry=command.dry,
        seed=command.seed,
    )
    await runs.create(unit, requested, RunChange.REQUESTED)
    await work.plan(unit, requested.id, Stage.COMPUTE)


class OfRun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    run_id: UUID


@commands.handles("commit-matching-run")
async def commit_matching_run(command: OfRun, unit: Unit) -> None:
    """Propose what a dry run has drafted. The programme's other drafts are given up."""
    programme = await _need_programme_of(unit, command.run_id)
    need_open(programme)
    await _need_idle(unit, programme)
    committed = life.commit(await runs.locked(unit, command.run_id))
    others = await drafting.lock_other_drafted(unit, committed)
    await runs.save(unit, committed, RunChange.COMMITTED)
    await work.plan(unit, committed.id, Stage.COMMIT)
    await _cancel(unit, others)


@commands.handles("cancel-matching-run")
async def cancel_matching_run(command: OfRun, unit: Unit) -> None:
    """Stop a run before it proposes anything, or give up a draft."""
    await _need_programme_of(unit, command.run_id)
    run = await runs.locked(unit, command.run_id)
    stage = await work.stage_of(unit, run.id)
    cancelled = life.cancel(run, proposes=stage in (Stage.PROPOSE, Stage.COMMIT))
    await runs.save(unit, cancelled, RunChange.CANCELLED)
    await work.plan(unit, run.id, Stage.CLEAR)


async def _cancel(unit: Unit, drafted: list[MatchingRun]) -> None:
    given_up = [life.cancel(each, proposes=False) for each in drafted]
    await runs.save_all(unit, given_up, RunChange.CANCELLED)
    for each in given_up:
        await work.plan(unit, each.id, Stage.CLEAR)


async def _need_programme_of(unit: Unit, run_id: UUID) -> Programme:
    """The programme of a run, locked; raises NotFound, NotAllowed."""
    run = await runs.find(unit, run_id)
    if run is None:
        raise NotFound(f"There is no matching run {run_id}.")
    programme = await programmes.locked(unit, run.programme_id)
    need_coordinator(programme, caller_of(unit))
    return programme


async def _need_idle(unit: Unit, programme: Programme) -> None:
    """Raises RunInProgress."""
    if running := await work.in_progress(unit, programme.id):
        raise RunInProgress(
            f"Matching run {running} of programme {programme.id} is not finished; wait for it."
        )
