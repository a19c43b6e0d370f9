"""What profiles does when it hears of other services: it notes what they have erased."""

from chassis.events import Event
from chassis.subscriptions import Subscriptions
from chassis.unit import Unit
from contracts import matching, notifications, sessions
from contracts.erasure import ErasureDone
from contracts.profiles import ErasureChange
from profiles import store
from profiles.domain import erasure

hears = Subscriptions()


@hears.reaction(matching.ERASURE, ErasureDone, on=(matching.ErasureChange.DONE,))
async def note_matching(event: Event[ErasureDone], unit: Unit) -> None:
    await _note(event, unit)


@hears.reaction(sessions.ERASURE, ErasureDone, on=(sessions.ErasureChange.DONE,))
async def note_sessions(event: Event[ErasureDone], unit: Unit) -> None:
    await _note(event, unit)


@hears.reaction(notifications.ERASURE, ErasureDone, on=(notifications.ErasureChange.DONE,))
async def note_notifications(event: Event[ErasureDone], unit: Unit) -> None:
    await _note(event, unit)


async def _note(event: Event[ErasureDone], unit: Unit) -> None:
    done = event.state
    assert done is not None
    before = await store.erasures.locked(unit, done.id)
    after = erasure.note(before, event.envelope.source, done, now=unit.now)
    change = ErasureChange.COMPLETED if after.completed_at else ErasureChange.PROGRESSED
    if after != before:
        await store.erasures.save(unit, after, change)
