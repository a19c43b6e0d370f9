"""Watching over erasures: what is late is told, in figures and in the log."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from prometheus_client import Gauge

from chassis.database import TRANSIENT
from chassis.logs import logger
from chassis.service import Running
from contracts.profiles import Erasure
from profiles import store
from profiles.domain.erasure import missing

EVERY = 30.0  # seconds

OPEN = Gauge("cairn_erasures_open", "Erasures that not every service has done yet")
OVERDUE = Gauge("cairn_erasures_overdue", "Open erasures past the time that was promised")
OLDEST = Gauge("cairn_erasures_oldest_seconds", "Age of the oldest open erasure; 0: none is open")

log = logger("profiles.watch")


async def watch_erasures(running: Running) -> None:
    """The service's job: until cancelled."""
    watch = Watch()
    while True:
        try:
            async with running.pipe.connection() as connection:
                watch.look(await store.open_erasures(connection), now=datetime.now(UTC))
        except TRANSIENT as error:
            log.warning("erasures are looked at later", error=type(error).__name__)
        await asyncio.sleep(EVERY)


class Watch:
    """Tells of each overdue erasure once, and again when it waits for others than before."""

    def __init__(self) -> None:
        self._told: dict[UUID, list[str]] = {}

    def look(self, found: Sequence[Erasure], *, now: datetime) -> None:
        """`found` are the open erasures of all organisations."""
        overdue = [each for each in found if each.promised_by < now]
        OPEN.set(len(found))
        OVERDUE.set(len(overdue))
        OLDEST.set(max(((now - each.requested_at).total_seconds() for each in found), default=0))
        for each in overdue:
            if self._told.get(each.id) != missing(each):
                log.error(
                    "an erasure is overdue",
                    erasure=str(each.id),
                    organisation=str(each.organisation_id),
                    waits_for=" ".join(missing(each)),
                    requested_at=each.requested_at.isoformat(),
                    due_by=each.due_by.isoformat(),
                )
        self._told = {each.id: missing(each) for each in overdue}
