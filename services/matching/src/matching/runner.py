"""The runner: works on matching runs, one at a time, whichever instance is free.

A run is computed once, of people who are frozen before: both are kept before anything comes of it.
So a run that was interrupted goes on where it stopped, and proposes nothing twice.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from msgspec.structs import replace

from chassis import telemetry
from chassis.database import TRANSIENT
from chassis.logs import logger
from chassis.outbox import Lane
from chassis.service import Running
from chassis.unit import Unit
from contracts.matching import MatchingRun, RunChange, RunStatus
from matching.domain import run as life
from matching.drafting import clear_some, commit_some, draft
from matching.matcher import frozen
from matching.matcher.frozen import Frozen
from matching.matcher.plan import Plan, make_plan
from matching.proposing import propose
from matching.store import inputs, runs, work
from matching.store.freezing import freeze
from matching.store.work import Stage, Work
from matching.watching import Stopped, Watched

POLL = 0.5  # seconds between looks for work
LOOK = 1.0  # seconds between looks at a computation
CHUNK = 200  # proposals in one transaction
ATTEMPTS = 5  # at computing a run, before it counts as failed
INPUTS_KEPT = timedelta(days=30)  # after a run's end

log = logger("matching.runner")


class Interrupted(Exception):  # noqa: N818
    """The run has been begun too often without coming to an end."""


async def run_matching(running: Running) -> None:
    """The service's job: until cancelled."""
    runner = Runner(running)
    while True:
        try:
            worked = await runner.step()
        except TRANSIENT as error:
            log.warning("the runner tries again", error=type(error).__name__)
            worked = False
        if not worked:
            await asyncio.sleep(POLL)


class Runner:
    def __init__(self, running: Running) -> None:
        self._running = running
        self._steps = {
            Stage.COMPUTE: self._compute,
            Stage.PROPOSE: self._propose,
            Stage.DRAFT: self._draft,
            Stage.LAPSE: self._lapse,
            Stage.COMMIT: self._commit,
            Stage.CLEAR: self._clear,
            Stage.FORGET: self._forget,
        }

    async def step(self) -> bool:
        """Do all that is due of the run that is due longest; returns whether there was one."""
        async with self._running.pipe.connection() as session, work.claim(session) as claimed:
            if claimed is None:
                return False
            with telemetry.span("matching run", within=claimed.trace or None):
                await self._finish(claimed)
            return True

    async def _finish(self, claimed: Work) -> None:
        while (stage := await self._due(claimed)) is not None:
            try:
                await self._steps[stage](claimed)
            except TRANSIENT:
                raise
            except Interrupted:
                await self._fail(claimed, "Matching was interrupted too often. Start it again.")
            except Exception as error:  # whatever it is, the coordinator must not wait for ever
                log.exception("a matching run failed", run=str(claimed.run_id))
                name = type(error).__name__
                await self._fail(claimed, f"An error of the platform's ({name}) stopped matching.")

    async def _due(self, claimed: Work) -> Stage | None:
        async with self._unit(claimed) as unit:
            return await work.due_stage(unit, claimed.run_id)

    async def _compute(self, claimed: Work) -> None:
        begun = await self._begin(claimed)
        if begun is None:
            return
        run, pool = begun
        try:
            plan = await self._watch(claimed, pool)
        except Stopped:
            return
        async with self._unit(claimed) as unit:
            await work.keep_plan(unit, run.id, plan, Stage.DRAFT if run.dry else Stage.PROPOSE)

    async def _begin(self, claimed: Work) -> tuple[MatchingRun, Frozen] | None:
        """The run and who takes part, if it is to be computed; it is running from now on.

        Raises Interrupted.
        """
        async with self._unit(claimed) as unit:
            run = await runs.locked(unit, claimed.run_id)
            attempt = await work.begin_attempt(unit, claimed.run_id)
            if attempt is None:
                return None
            if run.status is RunStatus.REQUESTED:
                run = life.begin(run)
                await runs.save(unit, run, RunChange.STARTED)
            kept = await inputs.find(unit, run.id)
            pool = await freeze(unit, run) if kept is None else frozen.read(kept)
            await inputs.keep(unit, run.id, frozen.written(pool))
        if attempt > ATTEMPTS:
            raise Interrupted
        return run, pool

    async def _watch(self, claimed: Work, pool: Frozen) -> Plan:
        """Compute in a thread, and tell how far it is. Raises Stopped."""
        watched = Watched()
        computing = asyncio.create_task(asyncio.to_thread(make_plan, pool, watched))
        try:
            while not computing.done():
                await asyncio.wait({computing}, timeout=LOOK)
                if not computing.done():
                    await self._tell_progress(claimed, watched)
        finally:
            watched.stop()
        return await computing

    async def _tell_progress(self, claimed: Work, watched: Watched) -> None:
        """And stop it, if it was cancelled."""
        async with self._unit(claimed) as unit:
            run = await runs.locked(unit, claimed.run_id)
            if run.status is not RunStatus.RUNNING:
                watched.stop()
            elif watched.share >= run.progress + life.PROGRESS:
                progressed = replace(run, progress=watched.share)
                await runs.save(unit, progressed, RunChange.PROGRESSED)

    async def _propose(self, claimed: Work) -> None:
        while await self._propose_some(claimed):
            pass
        await self._complete(claimed)

    async def _propose_some(self, claimed: Work) -> bool:
        async with self._unit(claimed) as unit:
            proposals = await work.take_proposals(unit, claimed.run_id, CHUNK)
            if proposals:
                await propose(unit, claimed.run_id, proposals)
        return bool(proposals)

    async def _draft(self, claimed: Work) -> None:
        """Draft some; the last time, the draft is ready."""
        async with self._unit(claimed) as unit:
            run = await runs.locked(unit, claimed.run_id)
            if run.status is not RunStatus.RUNNING:  # it was cancelled
                return
            if proposals := await work.take_proposals(unit, run.id, CHUNK):
                await draft(unit, run, proposals)
                return
            drafted = life.draft(await _computed(unit, run))
            await runs.save(unit, drafted, RunChange.DRAFTED)
            await work.plan(unit, run.id, Stage.LAPSE, after=life.DRAFT_KEPT)

    async def _commit(self, claimed: Work) -> None:
        while await self._commit_some(claimed):
            pass
        await self._complete(claimed)

    async def _commit_some(self, claimed: Work) -> bool:
        async with self._unit(claimed) as unit:
            return await commit_some(unit, claimed.run_id, CHUNK)

    async def _complete(self, claimed: Work) -> None:
        async with self._unit(claimed) as unit:
            run = await runs.locked(unit, claimed.run_id)
            if not run.dry:
                run = await _computed(unit, run)
            completed = life.complete(run, proposed=await work.proposed_by(unit, run.id))
            await runs.save(unit, completed, RunChange.COMPLETED)
            await work.plan(unit, run.id, Stage.FORGET, after=INPUTS_KEPT)

    async def _lapse(self, claimed: Work) -> None:
        async with self._unit(claimed) as unit:
            run = await runs.locked(unit, claimed.run_id)
            if run.status is RunStatus.DRAFTED:
                await runs.save(unit, life.cancel(run, proposes=False), RunChange.CANCELLED)
                await work.plan(unit, run.id, Stage.CLEAR)

    async def _clear(self, claimed: Work) -> None:
        while await self._clear_some(claimed):
            pass
        await self._forget(claimed)

    async def _clear_some(self, claimed: Work) -> bool:
        async with self._unit(claimed) as unit:
            return await clear_some(unit, claimed.run_id, CHUNK)

    async def _forget(self, claimed: Work) -> None:
        async with self._unit(claimed) as unit:
            await work.end_work(unit, claimed.run_id)

    async def _fail(self, claimed: Work, failure: str) -> None:
        async with self._unit(claimed) as unit:
            run = await runs.locked(unit, claimed.run_id)
            if run.status in life.UNFINISHED:
                await runs.save(unit, life.fail(run, failure), RunChange.FAILED)
                await work.plan(unit, run.id, Stage.CLEAR)
            else:
                await work.end_work(unit, run.id)

    @asynccontextmanager
    async def _unit(self, claimed: Work) -> AsyncGenerator[Unit]:
        """A unit in the bulk lane, so that the run's end is heard of after its proposals."""
        service = self._running.service
        async with self._running.app.tenant(claimed.organisation_id) as connection:
            unit = Unit(
                connection,
                service=service,
                organisation_id=claimed.organisation_id,
                cause=replace(claimed.cause, actor=f"service:{service}"),
                lane=Lane.BULK,
            )
            yield unit
            await unit.flush()
        if unit.written:
            self._running.announced()


async def _computed(unit: Unit, run: MatchingRun) -> MatchingRun:
    result = await work.result_of(unit, run.id)
    return life.computed(run, result.certificate, inputs=result.inputs, outcome=result.outcome)
