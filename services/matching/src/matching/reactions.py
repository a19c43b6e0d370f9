"""What matching does when it hears of people."""

from collections.abc import Sequence

from chassis.events import Event
from chassis.subscriptions import Subscriptions
from chassis.unit import Unit
from contracts.matching import EnrolmentChange
from contracts.profiles import (
    ERASURE,
    PERSON,
    Erasure,
    ErasureChange,
    Person,
    PersonChange,
    Standing,
)
from matching.closing import end_pairings, expire_requests, withdraw_requests
from matching.domain.enrolment import leave
from matching.domain.pairing import LEFT_ORGANISATION
from matching.erasing import erase_person
from matching.meaning.texts import texts_of
from matching.store import enrolments, meanings, people, sites, standing, unread
from matching.store.candidates import lock_with_partners
from matching.store.taking_part import lock_of_person

hears = Subscriptions()
hears.keeps(people)
hears.keeps(sites)


@hears.also(PERSON, Person)
async def stand(events: Sequence[Event[Person]], unit: Unit) -> None:
    """Keep the standing that proposals are decided on; most changes of a person leave it alone."""
    now = {event.subject: _standing_of(event.state) for event in events}
    before = await standing.find(unit, now)
    changed = {each: new for each, new in now.items() if before.get(each) != new}
    for person_id, (alive, _) in changed.items():
        if not alive:  # what follows ends pairings: lock in the order that everybody keeps to
            await lock_with_partners(unit, person_id)
    if changed:
        await standing.set_standing(unit, changed)


@hears.also(PERSON, Person)
async def mark_unread(events: Sequence[Event[Person]], unit: Unit) -> None:
    """Have texts read that may have changed; most people have none."""
    talkative = {e.subject for e in events if e.state is not None and texts_of(e.state)}
    silent = await meanings.having(unit, {event.subject for event in events} - talkative)
    gone = silent & {event.subject for event in events if event.state is None}
    if gone:
        await meanings.forget(unit, gone)
    if changed := talkative | silent - gone:
        await unread.mark(unit, changed)


def _standing_of(person: Person | None) -> tuple[bool, int]:
    """Whether somebody is alive, and their capacity."""
    alive = person is not None and person.standing is Standing.ACTIVE
    return alive, person.capacity if person is not None and person.offers_mentoring else 0


@hears.reaction(PERSON, Person, on=(PersonChange.LEFT,))
async def release_leaver(event: Event[Person], unit: Unit) -> None:
    """Whoever leaves the organisation leaves their pairings, requests and programmes."""
    open_pairings = await lock_with_partners(unit, event.subject)
    await end_pairings(unit, open_pairings, reason=LEFT_ORGANISATION)
    await withdraw_requests(unit, event.subject)
    await expire_requests(unit, event.subject)
    left = [leave(enrolment) for enrolment in await lock_of_person(unit, event.subject)]
    await enrolments.save_all(unit, left, EnrolmentChange.LEFT)


# Each change tells it anew: when a service comes to read of an erasure, its request may be gone
# from the log, and others may be done already.
hears.reaction(
    ERASURE,
    Erasure,
    on=(ErasureChange.REQUESTED, ErasureChange.PROGRESSED, ErasureChange.COMPLETED),
)(erase_person)
