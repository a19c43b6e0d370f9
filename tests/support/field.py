"""A programme of matching with mentees and mentors, and what its runs come to."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from chassis.ids import new_id
from chassis.unit import Cause, Unit
from contracts.matching import MatchingRun, Role, RunChange, Waiting
from contracts.profiles import Person, Site, SiteChange
from matching.store import enrolments, runs
from support.harness import happened
from support.network import Network
from support.participants import SITE

T = TypeVar("T")

SKILLS = ("SQL", "Python", "Negotiation", "Budgeting", "Coaching")


class Field:
    """A programme with mentees and mentors."""

    def __init__(self, network: Network, programme_id: UUID) -> None:
        self.network = network
        self.programme_id = programme_id
        self.mentees: list[Person] = []
        self.mentors: list[Person] = []

    async def fill(self, mentees: int, mentors: int, *, capacity: int) -> None:
        await self.network.matching.hear(happened(SiteChange.OPENED, self.site))
        for place in range(mentees):
            someone = await self.network.joins(skills_sought=[SKILLS[place % 5], SKILLS[place % 3]])
            await self.network.enrol(self.programme_id, someone, Role.MENTEE)
            self.mentees.append(someone)
        for place in range(mentors):
            someone = await self.network.mentor(capacity, skills_offered=[SKILLS[place % 5]])
            await self.network.enrol(self.programme_id, someone, Role.MENTOR)
            self.mentors.append(someone)

    @property
    def site(self) -> Site:
        """Where everybody works."""
        return Site(
            id=SITE,
            organisation_id=self.network.organisation_id,
            code="LIS",
            name="Lisboa",
            city="Lisboa",
            country="PT",
            time_zone="Europe/Lisbon",
        )

    async def enrolment_of(self, someone: Person) -> UUID:
        async def ask(unit: Unit) -> UUID:
            found = await unit.connection.fetchval(
                "select id from enrolments where person_id = $1", someone.id
            )
            assert found is not None
            return found

        return await self.in_unit(ask)

    async def enrol_mentor(self, someone: Person) -> None:
        await self.network.enrol(self.programme_id, someone, Role.MENTOR)

    async def request(self, **asked: Any) -> UUID:
        answer = await self.network.done(
            "start-matching-run", programme_id=self.programme_id, **asked
        )
        return answer.id

    async def told(self, *parts: str) -> list[str]:
        """The types of the events that have one of these in them, but how far a run has come."""
        told = await self.network.told()
        wanted = [kind for kind in told if any(part in kind for part in parts)]
        return [kind for kind in wanted if kind != RunChange.PROGRESSED]

    async def in_unit(self, ask: Callable[[Unit], Awaitable[T]]) -> T:
        organisation_id = self.network.organisation_id
        async with self.network.matching.app.tenant(organisation_id) as connection:
            cause = Cause(causation_id=new_id(), correlation_id=new_id(), actor="test")
            unit = Unit(
                connection, service="matching", organisation_id=organisation_id, cause=cause
            )
            return await ask(unit)

    async def run(self, run_id: UUID) -> MatchingRun:
        found = await self.in_unit(lambda unit: runs.find(unit, run_id))
        assert found is not None
        return found

    async def kept_of(self, run_id: UUID) -> list[str]:
        """The tables that still have something of what a run was to do."""

        async def holding(unit: Unit) -> list[str]:
            return [
                table
                for table in ("run_work", "run_proposals", "run_inputs")
                if await unit.connection.fetchval(
                    f"select count(*) from {table} where run_id = $1", run_id
                )
            ]

        return await self.in_unit(holding)

    async def waiting(self) -> dict[UUID, Waiting]:
        """Who waits, by their ids."""

        async def ask(unit: Unit) -> dict[UUID, Waiting]:
            rows = await unit.connection.fetch("select state from enrolments")
            found = [enrolments.read(row["state"]) for row in rows]
            return {each.person_id: each.waiting for each in found if each.waiting}

        return await self.in_unit(ask)

    async def run_events(self) -> list[dict[str, Any]]:
        events = await self.network.matching.outbox(self.network.organisation_id)
        return [event.state for event in events if event.type.startswith("matching.run.")]
