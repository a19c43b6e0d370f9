"""What profiles derives from its own aggregates, made anew after a recovery."""

from chassis.erasing import forget_person
from chassis.unit import Unit
from contracts.profiles import PERSON
from profiles import store
from profiles.direction.store import erase_direction


async def forget_erased(unit: Unit) -> None:
    """Forget again whoever has an erasure: a restored database has answers to them, and letters.

    Also their profile, where its tombstone has left the log.
    """
    for erasure in await store.all_erasures(unit):
        await erase_direction(unit, erasure.person_id)
        await store.people.erase_all(unit, [erasure.person_id])
        await forget_person(unit, PERSON, erasure.person_id, erasure.person_version)
