"""A load of commands as clients send them: many at once, each repeated until it is answered.

What was sent and answered is in a journal on disk. Answers that are not honest are noted: a 5xx
for what a client may send, or "ask again" without saying when (I10).
"""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
from msgspec.structs import replace

from chassis.identity import Caller
from support.journal import Entry, Journal
from support.running import RunningPlatform
from support.waiting import eventually
from support.words import domain_of, word_of

PATIENCE = 240.0  # seconds for one command, over all its attempts
AGAIN = ("busy", "in-flight", "not-yet-known")


class Refused(Exception):  # noqa: N818
    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Unanswered(Exception):  # noqa: N818
    """Nobody answered for as long as a client has patience: the outcome is not known."""


@dataclass
class Load:
    """The clients of one organisation."""

    platform: RunningPlatform
    chance: random.Random
    journal: Journal
    organisation_id: UUID = field(default_factory=uuid4)
    dishonest: list[str] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    mentors: list[UUID] = field(default_factory=list)
    mentees: list[UUID] = field(default_factory=list)
    programme_id: UUID = field(default_factory=uuid4)
    _places: dict[UUID, int] = field(default_factory=dict[UUID, int], repr=False)

    @property
    def word(self) -> str:
        """Which all texts of the organisation have."""
        return word_of(self.organisation_id)

    def name_of(self, place: int) -> str:
        """A word that only one person's name has."""
        return f"{self.word}-{place}-"

    def caller(self, person_id: UUID | None = None, *roles: str) -> Caller:
        return Caller(
            subject=str(person_id or "administrator"),
            organisation_id=self.organisation_id,
            person_id=person_id,
            roles=frozenset(roles),
        )

    async def command(self, service: str, name: str, caller: Caller, /, **body: Any) -> Entry:
        """Send a command until it is answered for good, always with the same key.

        Raises Refused and Unanswered.
        """
        entry = Entry(
            organisation_id=self.organisation_id,
            subject=caller.subject,
            service=service,
            command=name,
            key=str(uuid4()),
        )
        await self.journal.note(entry)
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            try:
                answer = await self.platform.command(service, name, caller, entry.key, body)
            except httpx2.TransportError as error:
                self.attempts[type(error).__name__] += 1
            else:
                self.attempts[str(answer.status_code)] += 1
                self._judge(name, answer)
                if answer.status_code == 200:
                    return await self._done(entry, answer.json()["written"])
                await self._refused(entry, answer)
            await asyncio.sleep(0.1 + self.chance.random() * 0.5)
        await self.journal.note(replace(entry, outcome="unknown"))
        raise Unanswered(f"{name} was not answered within {PATIENCE} s")

    def _judge(self, name: str, answer: httpx2.Response) -> None:
        """A server's own failure is none of the client's; and "again" says when."""
        status, code = answer.status_code, ""
        if answer.headers.get("content-type") == "application/json":
            code = answer.json().get("refusal", {}).get("code", "")
        if status >= 500 and status != 503:
            self.dishonest.append(f"I10 {name} was answered {status}")
        if (status == 503 or code in AGAIN) and "retry-after" not in answer.headers:
            self.dishonest.append(f"I10 {name}: {status} {code} does not say when to ask again")

    async def _done(self, entry: Entry, written: list[Any]) -> Entry:
        done = replace(
            entry,
            outcome="ok",
            written=frozenset(
                (each["aggregate"], UUID(each["id"]), each["version"]) for each in written
            ),
        )
        await self.journal.note(done)
        return done

    async def _refused(self, entry: Entry, answer: httpx2.Response) -> None:
        """Raises Refused, unless it is to be asked again."""
        if answer.status_code >= 500 or "retry-after" in answer.headers:
            return
        refusal = answer.json()["refusal"]
        await self.journal.note(replace(entry, outcome="rejected", code=refusal["code"]))
        raise Refused(refusal["code"], refusal["message"])

    async def set_up(self, *, mentors: int, mentees: int) -> None:
        """An organisation with one site, its people and one programme, known everywhere."""
        administrator = self.caller(None, "administrator")
        await self.command("profiles", "set-up-organisation", administrator, name=self.word)
        site = {
            "code": "LIS",
            "name": f"Lisbon {self.word}",
            "city": "Lisbon",
            "country": "PT",
            "time_zone": "Europe/Lisbon",
            "languages": ["pt", "en"],
        }
        await self.command("profiles", "import-sites", administrator, sites=[site])
        rows = [self._row(place, is_mentor=place < mentors) for place in range(mentors + mentees)]
        done = await self.command("profiles", "import-people", administrator, people=rows)
        assert len(done.written) == len(rows)
        await self._learn_ids(mentors)
        opened = await self.command(
            "matching",
            "open-programme",
            administrator,
            name=f"Pathways {self.word}",
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
        self._places = {id_: place for place, id_ in enumerate(ids)}
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

    def _row(self, place: int, *, is_mentor: bool) -> dict[str, Any]:
        common = {
            "employee_number": f"E{place:05d}",
            "subject": f"person-{place}",
            "email": f"person{place}@{domain_of(self.organisation_id)}",
            "given_name": f"Ines {self.name_of(place)}",
            "family_name": f"Almeida {place}",
            "job_title": f"Engineer {self.word}",
            "site": "LIS",
            "languages": ["pt", "en"],
        }
        if is_mentor:
            return common | {"offers_mentoring": True, "skills_offered": ["SQL"], "capacity": 20}
        return common | {"seeks_mentoring": True, "skills_sought": ["SQL"]}

    async def relationship(self, mentor: UUID, mentee: UUID) -> None:
        """From a proposal to its end, with sessions and a goal: ten commands, one is refused."""
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
        try:
            await self._meet(as_mentor, as_mentee, pairing)
        except Refused:
            await self._end(as_mentor, pairing)  # or the two could never be paired again
            raise
        await self._end(as_mentor, pairing)
        with suppress(Refused):  # a pairing ends once: what is refused leaves nothing behind
            await self.command("matching", "accept-pairing", as_mentee, pairing_id=pairing)

    async def _end(self, as_mentor: Caller, pairing: str) -> None:
        reason = f"Done {self.word}."
        await self.command("matching", "end-pairing", as_mentor, pairing_id=pairing, reason=reason)

    async def _meet(self, as_mentor: Caller, as_mentee: Caller, pairing: str) -> None:
        booked = await self.command(
            "sessions",
            "book-session",
            as_mentee,
            pairing_id=pairing,
            topic=f"Where to begin {self.word}",
            **_slot(self.chance, days=3),
        )
        session = _only(booked, "sessions.session")
        await self.command(
            "sessions", "move-session", as_mentor, session_id=session, **_slot(self.chance, days=9)
        )
        assert as_mentee.person_id is not None
        await self.alone(as_mentee.person_id)

    async def alone(self, person: UUID) -> None:
        """Three commands that need nothing of another service."""
        caller = self.caller(person)
        goal = await self.command("sessions", "set-goal", caller, title=f"Lead {self.word}")
        await self.command(
            "sessions",
            "update-goal",
            caller,
            goal_id=_only(goal, "sessions.goal"),
            progress=self.chance.randrange(1, 100),
        )
        await self.command(
            "profiles",
            "update-profile",
            caller,
            person_id=str(person),
            aspiration=f"To lead {self.word} {uuid4().hex}",
        )

    async def erase_some(self, count: int) -> list[str]:
        """Erase mentees who are in no relationship now; the words that only their names have."""
        administrator = self.caller(None, "administrator")
        names: list[str] = []
        while len(names) < count:
            if not self.mentees:
                await asyncio.sleep(0.05)
                continue
            person = self.mentees.pop(0)
            await self.command("profiles", "erase-person", administrator, person_id=str(person))
            names.append(self.name_of(self._places[person]))
        return names


def _only(done: Entry, topic: str) -> str:
    [id_] = [id_ for name, id_, _ in done.written if name == topic]
    return str(id_)


def _slot(chance: random.Random, *, days: int) -> dict[str, str]:
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(
        days=days, minutes=chance.randrange(10_000)
    )
    return {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}
