"""A tenant of matching: people it has heard of, a programme, and what they do in it."""

import dataclasses
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from chassis.identity import Caller
from contracts.matching import Pairing, Role
from contracts.profiles import Person, PersonChange, Standing
from matching.store import pairings
from support.harness import Answered, Harness, happened
from support.participants import participant


class Network:
    def __init__(self, matching: Harness) -> None:
        self.matching = matching
        self.organisation_id = uuid4()
        self.administrator = Caller(
            subject="administrator",
            organisation_id=self.organisation_id,
            roles=frozenset({"administrator"}),
        )
        self._versions: dict[UUID, int] = {}

    def caller(self, someone: Person | UUID) -> Caller:
        person_id = someone.id if isinstance(someone, Person) else someone
        return Caller(
            subject=str(person_id), organisation_id=self.organisation_id, person_id=person_id
        )

    async def tell(self, someone: Person, change: PersonChange = PersonChange.CHANGED) -> None:
        """Let matching hear of a person."""
        version = self._versions[someone.id] = self._versions.get(someone.id, 0) + 1
        await self.matching.hear(happened(change, someone, version=version))

    async def joins(self, **fields: Any) -> Person:
        someone = participant(self.organisation_id, **fields)
        await self.tell(someone, PersonChange.JOINED)
        return someone

    async def mentor(self, capacity: int = 1, **fields: Any) -> Person:
        return await self.joins(offers_mentoring=True, capacity=capacity, **fields)

    async def leaves(self, someone: Person) -> None:
        await self.tell(replace(someone, standing=Standing.LEFT), PersonChange.LEFT)

    async def erases(self, someone: Person) -> None:
        """Let matching hear that a person was erased: a tombstone."""
        version = self._versions[someone.id] = self._versions[someone.id] + 1
        record = happened(PersonChange.LEFT, someone, version=version)
        await self.matching.hear(dataclasses.replace(record, value=None))

    async def do(
        self, name: str, caller: Caller | Person | None = None, /, **body: Any
    ) -> Answered:
        """Carry out a command, for the administrator unless somebody else is named."""
        who = self.caller(caller) if isinstance(caller, Person) else caller
        return await self.matching.do(name, who or self.administrator, **body)

    async def done(
        self, name: str, caller: Caller | Person | None = None, /, **body: Any
    ) -> Answered:
        """Carry out a command that is not refused."""
        answer = await self.do(name, caller, **body)
        assert answer.code is None, answer.body
        return answer

    async def programme(self, **fields: Any) -> UUID:
        usual = {"name": "Paths", "starts_on": date(2026, 1, 1)}
        return (await self.done("open-programme", **usual | fields)).id

    async def enrol(
        self, programme_id: UUID, someone: Person, role: Role, capacity: int | None = None
    ) -> UUID:
        answer = await self.done(
            "enrol",
            programme_id=programme_id,
            person_id=someone.id,
            role=role,
            capacity=capacity,
        )
        return answer.id

    async def propose(self, programme_id: UUID, mentor: Person, mentee: Person) -> Answered:
        return await self.do(
            "propose-pairing", programme_id=programme_id, mentor_id=mentor.id, mentee_id=mentee.id
        )

    async def pairings(self) -> list[Pairing]:
        async with self.matching.app.tenant(self.organisation_id) as connection:
            rows = await connection.fetch("select state from pairings order by id")
        return [pairings.read(row["state"]) for row in rows]

    async def load(self, someone: Person) -> int:
        async with self.matching.app.tenant(self.organisation_id) as connection:
            load = await connection.fetchval(
                "select load from person_standing where person_id = $1", someone.id
            )
        assert load is not None
        return load

    async def told(self) -> list[str]:
        """The types of the events so far."""
        return [told.type for told in await self.matching.outbox(self.organisation_id)]
