"""A small network in which every word that people say is a canary: it may be met in no log and in
no trace. What goes well and what goes wrong at every step is done here once.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from chassis.identity import Caller
from contracts.profiles import PERSON, PersonChange
from support.api import Api, mutation
from support.harness import happened
from support.ledger import producing
from support.letters import invitation_in, letters_to
from support.organisation import Organisation, mentee, mentor, slot, uuid_of
from support.owners import owned
from support.people import person
from support.running import JSON, RunningPlatform
from support.subscribers import heard
from support.waiting import eventually

WORDS_OF_A_PERSON = ("givenName", "familyName", "jobTitle", "department", "aspiration")
LISTS_OF_A_PERSON = ("skills", "interests", "values", "skillsOffered", "skillsSought")


@dataclass
class Canaries:
    """`words` has all of them. A mutation's trace is found by its name."""

    platform: RunningPlatform
    tenant: Organisation
    words: list[str] = field(default_factory=list[str])
    traces: dict[str, str] = field(default_factory=dict[str, str])

    def word(self, what: str) -> str:
        self.words.append(f"canary-{what}-{uuid4().hex[:8]}")
        return self.words[-1]

    def person(self, row: JSON) -> JSON:
        said: JSON = {name: self.word(name) for name in WORDS_OF_A_PERSON}
        said |= {name: [self.word(name)] for name in LISTS_OF_A_PERSON}
        return row | said | {"site": self.site, "email": f"{self.word('email')}@example.org"}

    async def traced(self, subject: str, trace: str, *roles: str) -> Api:
        """The API as somebody whose client begins a trace, which is kept under this name."""
        self.traces[trace] = uuid4().hex
        token = await self.platform.token(subject, self.tenant.id, *roles)
        return Api(self.platform, token, f"00-{self.traces[trace]}-{uuid4().hex[:16]}-01")

    async def does(self, subject: str, name: str, shown: str = "", /, **given: Any) -> JSON:
        return await (await self.traced(subject, name)).done(name, shown, **given)

    async def sing(self) -> None:
        self.tenant.traceparent = f"00-{uuid4().hex}-{uuid4().hex[:16]}-01"
        self.site = self.word("code")
        await self.tenant.set_up(
            self.word("organisation"),
            site={"code": self.site, "name": self.word("site"), "city": self.word("city")},
        )
        self.mentor, self.mentee = self.word("mentor"), self.word("mentee")
        rows = [self.person(mentor(self.mentor)), self.person(mentee(self.mentee))]
        self.address = rows[0]["email"]
        await self.tenant.take_up(*rows)
        programme_id = await self.tenant.programme(
            self.word("programme"), purpose=self.word("purpose")
        )
        self.pairing_id = await self.tenant.pair(programme_id, self.mentor, self.mentee)
        await self._meet()
        await self._leave()
        await self._ask_badly()
        await self._command_badly()
        await self._import_badly()
        await self._publish_badly()

    async def _meet(self) -> None:
        await self.does(
            self.mentee,
            "setGoal",
            title=self.word("goal"),
            description=self.word("description"),
            skill=self.word("skill"),
        )
        await self.does(
            self.mentee,
            "assess",
            strengths=[self.word("strength")],
            skills=[{"label": self.word("level"), "level": 3}],
        )
        booked = await self.does(
            self.mentee,
            "bookSession",
            "session { id }",
            pairingId=self.pairing_id,
            topic=self.word("topic"),
            place=self.word("place"),
            **slot(days=3),
        )
        await self._invited("REQUEST")
        await self.does(
            self.mentor,
            "cancelSession",
            sessionId=booked["session"]["id"],
            reason=self.word("reason"),
        )
        await self._invited("CANCEL")
        await self._hold_one()
        await self.does(
            self.mentee,
            "bookSession",
            pairingId=self.pairing_id,
            topic=self.word("topic"),
            **slot(days=4),
        )

    async def _hold_one(self) -> None:
        now = slot(seconds=1)
        booked = await self.does(
            self.mentor,
            "bookSession",
            "session { id }",
            pairingId=self.pairing_id,
            topic=self.word("topic"),
            **now,
        )
        begins = datetime.fromisoformat(now["startsAt"])
        await eventually(lambda: datetime.now(UTC) > begins)
        session_id = booked["session"]["id"]
        await self.does(self.mentor, "recordSession", sessionId=session_id, outcome="HELD")
        await self.does(
            self.mentee,
            "giveFeedback",
            sessionId=session_id,
            rating=5,
            comment=self.word("comment"),
        )

    async def _invited(self, method: str, count: int = 1) -> None:
        """The mentor has so many letters for calendars of this kind."""

        def arrived() -> bool:
            calendars = map(invitation_in, letters_to(self.platform, self.address))
            return sum(bool(each) and each["method"] == method for each in calendars) == count

        await eventually(arrived)

    async def _leave(self) -> None:
        """She leaves: through every service it comes to a letter that takes the session back."""
        administrator = await self.traced("administrator", "removePerson", "administrator")
        await administrator.done("removePerson", personId=self.tenant.ids[self.mentee])
        await self._invited("CANCEL", 2)

    async def _ask_badly(self) -> None:
        api = await self.traced(self.mentor, "asked badly")
        set_goal = mutation("setGoal")
        for document, variables in (
            (f"{{ viewer {{ {self.word('field')} ", {}),
            (f'{{ node(id: "{self.word("id")}") {{ id }} }}', {}),
            (f'{{ people(first: "{self.word("first")}") {{ totalCount }} }}', {}),
            ("query Q($n: Int) { people(first: $n) { totalCount } }", {"n": self.word("n")}),
            (
                "query Q($c: Cursor) { people(after: $c) { totalCount } }",
                {"c": self.word("cursor")},
            ),
            (set_goal, {"input": {"title": "A", self.word("name"): 1}}),
            (set_goal, {"input": {"title": "A", "dueOn": self.word("due")}}),
            (set_goal, {"input": {"title": self.word("nul") + "\0"}}),
            (set_goal, {"input": {"title": self.word("long") * 20}}),
            (set_goal, {"input": {"title": self.word("key")}, "key": self.word("key") + "é"}),
        ):
            answer = await api.ask(document, **variables)
            assert answer.status_code < 500, answer.text
        for token in (self.word("token"), api.token[:-4] + "AAAA"):
            answer = await Api(self.platform, token, api.traceparent).ask("{ viewer { id } }")
            assert answer.status_code == 401

    async def _command_badly(self) -> None:
        caller = Caller(
            subject=self.mentor,
            organisation_id=self.tenant.id,
            person_id=uuid_of(self.tenant.ids[self.mentor]),
        )
        for body in (
            self.word("body").encode(),
            f'{{"title": "A", "{self.word("field")}": 1}}'.encode(),
            f'{{"title": ["{self.word("list")}"]}}'.encode(),
            f'{{"title": "{self.word("latin")}'.encode() + b'\xe9"}',
        ):
            key = self.word("key")
            answer = await self.platform.command("sessions", "set-goal", caller, key, body)
            assert answer.status_code == 400, answer.text

    async def _import_badly(self) -> None:
        """Rows that cannot be, and the same new people many times at once."""
        administrator = await self.traced("administrator", "imported badly", "administrator")
        row = self.person({"employeeNumber": self.word("number"), "subject": self.word("sub")})
        wrong = [
            self.person({"employeeNumber": self.word("number"), "subject": self.word("sub")}) | bad
            for bad in (
                {"site": self.word("site")},
                {"email": self.word("email")},
                {"timeZone": self.word("zone")},
                {"languages": [self.word("language")]},
                {"manager": self.word("manager")},
            )
        ]
        counted = "created refused { field }"
        payload = await administrator.done("importPeople", counted, people=wrong)
        assert len(payload["refused"]) == 4
        twins = [
            administrator.mutate("importPeople", counted, people=[row | {"employeeNumber": number}])
            for number in [row["employeeNumber"], self.word("number")] * 4
        ]
        await asyncio.gather(*twins)

    async def _publish_badly(self) -> None:
        """Records that no reader can use, or that its database does not take."""
        someone = person(self.word("given"), self.word("family"), organisation_id=self.tenant.id)
        record = happened(PersonChange.JOINED, someone)
        assert record.value is not None
        bodies = (
            self.word("body").encode(),
            record.value.replace(b'"Engineer"', f'["{self.word("title")}"]'.encode()),
            record.value.replace(b'"network"', f'"{self.word("visibility")}"'.encode()),
            record.value.replace(b'"active"', f'{{"{self.word("standing")}": 1}}'.encode()),
            record.value.replace(b'"capacity":0', b'"capacity":1099511627776'),
        )
        await owned(self.platform, record)
        async with producing(self.platform.settings.kafka) as producer:
            for body in bodies:
                await producer.send_and_wait(
                    PERSON, body, key=record.key, headers=record.headers, partition=0
                )
            headers = [*record.headers, ("note", self.word("header").encode() + b"\xe9")]
            last = await producer.send_and_wait(
                PERSON, record.value, key=record.key, headers=headers, partition=0
            )
        await heard(self.platform, last)
