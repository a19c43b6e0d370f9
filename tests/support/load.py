"""A load of commands as clients send them: many at once, each repeated until it is answered."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2

from chassis.identity import Caller
from support.oracle import Done
from support.running import RunningPlatform
from support.waiting import eventually

PATIENCE = 90.0  # seconds for one command, over all its attempts
ADMINISTRATOR = frozenset({"administrator"})


class Refused(Exception):  # noqa: N818
    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass
class Load:
    """The clients of one organisation. `journal` is what they were told."""

    platform: RunningPlatform
    chance: random.Random
    organisation_id: UUID = field(default_factory=uuid4)
    journal: list[Done] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    mentors: list[UUID] = field(default_factory=list)
    mentees: list[UUID] = field(default_factory=list)
    programme_id: UUID = field(default_factory=uuid4)

    def caller(self, person_id: UUID | None = None, *roles: str) -> Caller:
        return Caller(
            subject=str(person_id or "administrator"),
            organisation_id=self.organisation_id,
            person_id=person_id,
            roles=frozenset(roles),
        )

    async def command(self, service: str, name: str, caller: Caller, /, **body: Any) -> Done:
        """Send a command until it is answered for good, always with the same key.

        Raises Refused.
        """
        key = str(uuid4())
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                answer = await self.platform.command(service, name, caller, key, body)
            except httpx2.TransportError as error:
                self.attempts[type(error).__name__] += 1
            else:
                self.attempts[str(answer.status_code)] += 1
                told = answer.json()
                if answer.status_code == 200:
                    return self._note(name, caller, key, told["written"])
                refusal = told["refusal"]
                if refusal["code"] not in ("busy", "in-flight", "not-yet-known"):
                    raise Refused(refusal["code"], refusal["message"])
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"{name} was not answered within {PATIENCE} s")
            await asyncio.sleep(0.1 + self.chance.random() * 0.5)

    def _note(self, name: str, caller: Caller, key: str, written: list[Any]) -> Done:
        done = Done(
            organisation_id=self.organisation_id,
            subject=caller.subject,
            command=name,
            key=key,
            written=frozenset(
                (each["aggregate"], UUID(each["id"]), each["version"]) for each in written
            ),
        )
        self.journal.append(done)
        return done

    async def set_up(self, *, mentors: int, mentees: int) -> None:
        """An organisation with one site, its people and one programme, known everywhere."""
        administrator = self.caller(None, "administrator")
        await self.command("profiles", "set-up-organisation", administrator, name="Meridian")
        site = {
            "code": "LIS",
            "name": "Lisbon",
            "city": "Lisbon",
            "country": "PT",
            "time_zone": "Europe/Lisbon",
            "languages": ["pt", "en"],
        }
        await self.command("profiles", "import-sites", administrator, sites=[site])
        rows = [_row(place, is_mentor=place < mentors) for place in range(mentors + mentees)]
        done = await self.command("profiles", "import-people", administrator, people=rows)
        assert len(done.written) == len(rows)
        await self._learn_ids(mentors)
        opened = await self.command(
            "matching",
            "open-programme",
            administrator,
            name="Pathways",
            starts_on=datetime.now(UTC).date().isoformat(),
        )
        [(_, self.programme_id, _)] = opened.written
        await eventually(self._everybody_is_known, within=60)
        entries = [
            {"programme_id": str(self.programme_id), "enrolments": chunk}
            for chunk in (
                [{"person_id": str(id_), "role": "mentor"} for id_ in self.mentors],
                [{"person_id": str(id_), "role": "mentee"} for id_ in self.mentees],
            )
        ]
        for entry in entries:
            await self.command("matching", "enrol-people", administrator, **entry)

    async def _learn_ids(self, mentors: int) -> None:
        database = await self.platform.database("profiles")
        rows = await database.fetch(
            "select id from people where organisation_id = $1 order by state ->> 'employee_number'",
            self.organisation_id,
        )
        await database.close()
        ids = [row["id"] for row in rows]
        self.mentors, self.mentees = ids[:mentors], ids[mentors:]

    async def _everybody_is_known(self) -> bool:
        for service in ("matching", "notifications"):
            database = await self.platform.database(service)
            known = await database.fetchval(
                "select count(*) from people where organisation_id = $1", self.organisation_id
            )
            await database.close()
            if (known or 0) < len(self.mentors) + len(self.mentees):
                return False
        return True

    async def relationship(self, mentor: UUID, mentee: UUID) -> None:
        """From a proposal to its end: nine commands, with sessions and a goal."""
        administrator = self.caller(None, "administrator")
        as_mentor, as_mentee = self.caller(mentor), self.caller(mentee)
        proposed = await self.command(
            "matching",
            "propose-pairing",
            administrator,
            programme_id=str(self.programme_id),
            mentor_id=str(mentor),
            mentee_id=str(mentee),
        )
        pairing = _only(proposed, "matching.pairing")
        await self.command("matching", "accept-pairing", as_mentor, pairing_id=pairing)
        await self.command("matching", "accept-pairing", as_mentee, pairing_id=pairing)
        booked = await self.command(
            "sessions",
            "book-session",
            as_mentee,
            pairing_id=pairing,
            topic="Where to begin",
            **_slot(self.chance, days=3),
        )
        session = _only(booked, "sessions.session")
        await self.command(
            "sessions", "move-session", as_mentor, session_id=session, **_slot(self.chance, days=9)
        )
        goal = await self.command("sessions", "set-goal", as_mentee, title="Lead a project")
        await self.command(
            "sessions",
            "update-goal",
            as_mentee,
            goal_id=_only(goal, "sessions.goal"),
            progress=self.chance.randrange(1, 100),
        )
        await self.command(
            "profiles",
            "update-profile",
            as_mentee,
            person_id=str(mentee),
            aspiration=f"To lead {uuid4().hex}",
        )
        await self.command(
            "matching", "end-pairing", as_mentor, pairing_id=pairing, reason="We are done."
        )


def _only(done: Done, topic: str) -> str:
    [id_] = [id_ for name, id_, _ in done.written if name == topic]
    return str(id_)


def _slot(chance: random.Random, *, days: int) -> dict[str, str]:
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(
        days=days, minutes=chance.randrange(10_000)
    )
    return {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}


def _row(place: int, *, is_mentor: bool) -> dict[str, Any]:
    common = {
        "employee_number": f"E{place:05d}",
        "subject": f"person-{place}",
        "email": f"person{place}@meridian.example",
        "given_name": "Ines",
        "family_name": f"Almeida {place}",
        "job_title": "Engineer",
        "site": "LIS",
        "languages": ["pt", "en"],
    }
    if is_mentor:
        return common | {"offers_mentoring": True, "skills_offered": ["SQL"], "capacity": 20}
    return common | {"seeks_mentoring": True, "skills_sought": ["SQL"]}
