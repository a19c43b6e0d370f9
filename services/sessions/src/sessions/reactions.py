"""What sessions does when it hears of the other services' changes."""

from chassis.events import Event
from chassis.subscriptions import Subscriptions
from chassis.unit import Unit
from contracts.matching import PAIRING, Pairing, PairingChange
from contracts.profiles import ERASURE, Erasure, ErasureChange
from contracts.sessions import SessionChange
from sessions.domain import session
from sessions.erasing import erase_person
from sessions.store import pairings, scheduled, sessions

hears = Subscriptions()
hears.keeps(pairings)


@hears.reaction(
    PAIRING,
    Pairing,
    on=(PairingChange.ENDED, PairingChange.COMPLETED, PairingChange.DECLINED),
)
async def cancel_coming_sessions(event: Event[Pairing], unit: Unit) -> None:
    """A closed pairing has no sessions to come; one that has begun is still to be recorded."""
    pairing = event.state
    assert pairing is not None
    closed_at = pairing.closed_at or event.time
    coming = await scheduled(unit, pairing.id, after=closed_at)
    await sessions.save_all(
        unit,
        [
            session.cancel_with_pairing(each, pairing)
            for each in coming
            if each.starts_at > closed_at
        ],
        SessionChange.CANCELLED,
    )


# Each change tells it anew: when a service comes to read of an erasure, its request may be gone
# from the log, and others may be done already.
hears.reaction(
    ERASURE,
    Erasure,
    on=(ErasureChange.REQUESTED, ErasureChange.PROGRESSED, ErasureChange.COMPLETED),
)(erase_person)
