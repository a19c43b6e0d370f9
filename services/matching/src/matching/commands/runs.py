"""Matching runs: requested by a command, worked on by the runner."""

from uuid import UUID

import msgspec

from chassis.ids import new_id
from chassis.unit import Unit
from contracts.matching import RunChange
from matching.commands.registry import caller_of, commands
from matching.domain import run
from matching.domain.programme import need_coordinator, need_open
from matching.refusals import RunInProgress
from matching.store import programmes, runs
from matching.store.work import in_progress, request


class StartMatchingRun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    programme_id: UUID


@commands.handles("start-matching-run")
async def start_matching_run(command: StartMatchingRun, unit: Unit) -> None:
    caller = caller_of(unit)
    programme = await programmes.locked(unit, command.programme_id)
    need_coordinator(programme, caller)
    need_open(programme)
    if running := await in_progress(unit, programme.id):
        raise RunInProgress(
            f"Matching run {running} of programme {programme.id} is not finished; wait for it."
        )
    requested = run.request(programme, run_id=new_id(), by=caller.person_id, at=unit.now)
    await runs.create(unit, requested, RunChange.REQUESTED)
    await request(unit, requested.id)
