"""The runner: works on requested matching runs, one at a time, whichever instance is free.

A run is computed once: what it came to is kept before the first proposal is made, so a run that was
interrupted goes on where it stopped, and proposes nothing twice.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from msgspec.structs import replace

from chassis import telemetry
from chassis.database import TRANSIENT
from chassis.logs import logger
from chassis.outbox import Lane
from chassis.service import Running
from chassis.unit import Unit
from contracts.matching import MatchingRun, RunChange, RunStatus
from matching.domain import run as life
from matching.matcher.plan import make_plan
from matching.proposing import propose
from matching.store import runs, work
from matching.store.freezing import freeze
from matching.store.work import Work

POLL = 0.5  # seconds between looks for work
CHUNK = 200  # proposals in one transaction
ATTEMPTS = 5  # at computing a run, before it counts as failed

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

    async def step(self) -> bool:
        """Finish the oldest run that nobody works on; returns whether there was one."""
        async with self._running.pipe.connection() as session, work.claim(session) as claimed:
            if claimed is None:
                return False
            with telemetry.span("matching run", within=claimed.trace or None):
                await self._finish(claimed)
            return True

    async def _finish(self, claimed: Work) -> None:
        try:
            run = await self._begin(claimed)
            if run is not None:
                await self._compute(claimed, run)
            while await self._propose_some(claimed):
                pass
            await self._complete(claimed)
        except TRANSIENT:
            raise
        except Interrupted:
            await self._fail(claimed, "Matching was interrupted too often. Start it again.")
        except Exception as error:  # whatever it is, the coordinator must not wait for ever
            log.exception("a matching run failed", run=str(claimed.run_id))
            await self._fail(
                claimed, f"An error of the platform's ({type(error).__name__}) stopped matching."
            )

    async def _begin(self, claimed: Work) -> MatchingRun | None:
        """The run, if it is to be computed; it is running from now on.

        Raises Interrupted.
        """
        async with self._unit(claimed) as unit:
            run = await runs.locked(unit, claimed.run_id)
            attempt = await work.begin_attempt(unit, claimed.run_id)
            if attempt is None:
                return None
            if run.status is RunStatus.REQUESTED:
                run = replace(run, status=RunStatus.RUNNING)
                await runs.save(unit, run, RunChange.STARTED)
        if attempt > ATTEMPTS:
            raise Interrupted
        return run

    async def _compute(self, claimed: Work, run: MatchingRun) -> None:
        async with self._unit(claimed) as unit:
            frozen = await freeze(unit, run)
        plan = await asyncio.to_thread(make_plan, frozen)
        async with self._unit(claimed) as unit:
            await work.keep_plan(unit, run.id, plan.proposals, plan.certificate)

    async def _propose_some(self, claimed: Work) -> bool:
        async with self._unit(claimed) as unit:
            proposals = await work.take_proposals(unit, claimed.run_id, CHUNK)
            if proposals:
                await propose(unit, claimed.run_id, proposals)
        return bool(proposals)

    async def _complete(self, claimed: Work) -> None:
        async with self._unit(claimed) as unit:
            run = await runs.locked(unit, claimed.run_id)
            certificate = await work.end_work(unit, run.id)
            if certificate is not None:
                proposed = await work.proposed_by(unit, run.id)
                completed = life.complete(run, certificate, proposed=proposed)
                await runs.save(unit, completed, RunChange.COMPLETED)

    async def _fail(self, claimed: Work, failure: str) -> None:
        async with self._unit(claimed) as unit:
            run = await runs.locked(unit, claimed.run_id)
            await work.end_work(unit, run.id)
            if run.status in life.UNFINISHED:
                await runs.save(unit, life.fail(run, failure), RunChange.FAILED)

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
