"""The mentors of programmes, encoded and kept in memory while mentees look around.

A mentee's best mentors are found among what is kept, and each of those is looked at as they are now
before she is shown them. So what is kept may be a little old: a job makes it anew, and forgets what
nobody has asked for in a while.
"""

import asyncio
import time
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from chassis.database import TRANSIENT
from chassis.logs import logger
from chassis.service import Running
from chassis.unit import Unit
from contracts.matching import Programme, Rules
from matching.by_itself import unit_of
from matching.matcher.criteria import hours_ahead
from matching.matcher.newcomer import Mentors
from matching.meaning.texts import Kind
from matching.store import meanings, programmes
from matching.store.freezing import mentors_of
from matching.store.lines import managers_above

MADE_ANEW = 30.0  # seconds after which what is kept is made anew
FORGOTTEN = 600.0  # seconds after which nobody has asked for it

log = logger("matching.networks")

Key = tuple[UUID, UUID]  # an organisation and a programme


@dataclass
class Network:
    rules: Rules
    mentors: Mentors
    made_at: float = field(default_factory=time.monotonic)
    asked_at: float = field(default_factory=time.monotonic)


class Networks:
    """What this process keeps, by programme."""

    def __init__(self) -> None:
        self._kept: dict[Key, Network] = {}

    async def of(self, unit: Unit, programme: Programme) -> Mentors:
        """A programme's mentors; where they are not kept yet, making them takes seconds."""
        key = (unit.organisation_id, programme.id)
        network = self._kept.get(key)
        if network is None or network.rules != programme.rules:
            network = await make(unit, programme)
            self._kept[key] = network
        network.asked_at = time.monotonic()
        return network.mentors

    def forget(self) -> None:
        """Forget what nobody has asked for in a while."""
        since = time.monotonic() - FORGOTTEN
        self._kept = {key: each for key, each in self._kept.items() if each.asked_at > since}

    def old(self) -> list[Key]:
        """What was asked for since it was made, which is a while ago."""
        since = time.monotonic() - MADE_ANEW
        return [key for key, each in self._kept.items() if each.made_at < min(since, each.asked_at)]

    def replace(self, key: Key, network: Network) -> None:
        if before := self._kept.get(key):
            network.asked_at = before.asked_at
            self._kept[key] = network


networks = Networks()


async def make(unit: Unit, programme: Programme) -> Network:
    rules = programme.rules
    people = [person for person, _ in await mentors_of(unit, programme.id, rules)]
    ids = [person.id for person in people]
    outside = {person.manager_id for person in people if person.manager_id} - set(ids)
    managers = await managers_above(unit, outside, rules.reporting_steps - 1)
    experience = await meanings.of_people(unit, ids, Kind.EXPERIENCE)
    mentors = await asyncio.to_thread(
        Mentors,
        people,
        rules,
        offset=partial(hours_ahead, on=unit.now.date()),
        experience=experience,
        managers=managers,
    )
    return Network(rules, mentors)


async def keep_networks(running: Running) -> None:
    """The service's job: until cancelled."""
    while True:
        await asyncio.sleep(MADE_ANEW)
        networks.forget()
        for key in networks.old():
            try:
                await _make_anew(running, key)
            except TRANSIENT as error:
                log.warning("a network is made anew later", error=type(error).__name__)


async def _make_anew(running: Running, key: Key) -> None:
    organisation_id, programme_id = key
    async with unit_of(running, organisation_id) as unit:
        programme = await programmes.find(unit, programme_id)
        if programme is not None:
            networks.replace(key, await make(unit, programme))
