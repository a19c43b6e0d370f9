"""A person of whom everything that is said is a canary, in every place where the platform keeps
something; and where to look for the canaries.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from chassis.ids import new_id
from contracts.profiles import PERSON, Person, PersonChange
from contracts.sessions import SESSION
from support.api import Api
from support.canaries import LISTS_OF_A_PERSON, WORDS_OF_A_PERSON
from support.erasing import texts
from support.harness import happened
from support.ledger import producing
from support.organisation import Organisation, mentee, mentor, slot, uuid_of
from support.people import person
from support.running import JSON, RunningPlatform
from support.subscribers import heard
from support.waiting import eventually
from taxonomy import taxonomy

SERVICES = ("profiles", "matching", "sessions", "notifications", "gateway")
ACCOUNTANT = next(uri for uri, each in taxonomy().occupations.items() if each.title == "accountant")
PARTNER = "partner"  # whose words are no canaries, but for those about her


@dataclass
class Farewell:
    platform: RunningPlatform
    tenant: Organisation
    words: list[str] = field(default_factory=list[str])

    def word(self, what: str) -> str:
        self.words.append(f"canary-{what}-{uuid4().hex[:8]}")
        return self.words[-1]

    @property
    def person_id(self) -> UUID:
        return uuid_of(self.tenant.ids[self.number])

    async def api(self) -> Api:
        return await self.tenant.api(self.number)

    async def live(self) -> None:
        """All that she does, and all that is said of her."""
        await eventually(self._is_warm, within=60)
        await self.tenant.set_up()
        self.number = self.word("number")
        await self.tenant.take_up(mentor(PARTNER, capacity=3), self.row())
        await (await self.api()).done(
            "updateProfile",
            personId=self.tenant.ids[self.number],
            aspiration=self.word("aspiration"),
            skills=[self.word("skill")],
        )
        await self._decline()
        await self._ask_around()
        self.pairing_id = await self.tenant.pair(
            await self.tenant.programme("Pathways"), PARTNER, self.number
        )
        await self._meet()
        await self._wish()
        await self._seek_direction()
        await self._be_parked()
        await self._be_kept_waiting()

    async def _is_warm(self) -> bool:
        """A platform that has just started may be slow to show what was done."""
        administrator = await self.tenant.administrator()
        return bool((await administrator.mutate("setUpOrganisation", name="Meridian"))["current"])

    def row(self) -> JSON:
        said: JSON = {name: self.word(name) for name in WORDS_OF_A_PERSON}
        said |= {name: [self.word(name)] for name in LISTS_OF_A_PERSON}
        self.address = f"{self.word('email')}@example.org"
        return mentee(self.number, email=self.address) | said

    async def _decline(self) -> None:
        proposed = await self.tenant.propose(
            await self.tenant.programme("Elsewhere"), PARTNER, self.number
        )
        await (await self.api()).done(
            "declinePairing", pairingId=proposed, reason=self.word("decline")
        )

    async def _ask_around(self) -> None:
        """She asks two mentors: the one says no, the other has yet to answer."""
        await self.tenant.take_up(mentor("other"))
        programme_id = await self.tenant.programme("Around")
        administrator = await self.tenant.administrator()
        for number, role in ((self.number, "MENTEE"), (PARTNER, "MENTOR"), ("other", "MENTOR")):
            await administrator.done(
                "enrol", programmeId=programme_id, personId=self.tenant.ids[number], role=role
            )
        her, asked = await self.api(), dict[str, str]()
        for number in (PARTNER, "other"):
            payload = await her.done(
                "askMentor",
                "request { id }",
                programmeId=programme_id,
                mentorId=self.tenant.ids[number],
                message=self.word("message"),
            )
            asked[number] = payload["request"]["id"]
        await (await self.tenant.api(PARTNER)).done(
            "declineRequest", requestId=asked[PARTNER], answer=self.word("answer")
        )

    async def _meet(self) -> None:
        """A session that is cancelled, one that is held, and one that is to come."""
        her, partner = await self.api(), await self.tenant.api(PARTNER)
        cancelled = await self._book(her, slot(days=3))
        await her.done("cancelSession", sessionId=cancelled, reason=self.word("cancel"))
        now = slot(seconds=1)
        held = await self._book(partner, now)
        await self._book(her, slot(days=4))
        begins = datetime.fromisoformat(now["startsAt"])
        await eventually(lambda: datetime.now(UTC) > begins)
        await partner.done("recordSession", sessionId=held, outcome="HELD")
        for each in (her, partner):
            await each.done("giveFeedback", sessionId=held, rating=5, comment=self.word("comment"))
        await eventually(self._mailed)

    async def _mailed(self) -> bool:
        waits = "select count(*) from cairn.deliveries where settled_at is null"
        return await self._ask("notifications", waits) == 0

    async def _book(self, api: Api, when: JSON) -> str:
        payload = await api.done(
            "bookSession",
            "session { id }",
            pairingId=self.pairing_id,
            topic=self.word("topic"),
            place=self.word("place"),
            **when,
        )
        return payload["session"]["id"]

    async def _wish(self) -> None:
        her = await self.api()
        await her.done("setPreferences", muted=["FEEDBACK_GIVEN"])
        payload = await her.done(
            "setGoal",
            "goal { id }",
            title=self.word("goal"),
            description=self.word("description"),
            skill=self.word("goalskill"),
        )
        self.goal_id = uuid_of(payload["goal"]["id"])

    async def _seek_direction(self) -> None:
        """An assessment, of which she shares a part; a roadmap that she forgets, and one kept."""
        her = await self.api()
        await her.done("assess", strengths=[self.word("strength")], shared=["STRENGTHS"])
        await her.done("exploreCareerPaths", target=ACCOUNTANT)
        for title in ("forgotten", "kept"):
            drawn = await her.done(
                "drawRoadmap", "roadmap { id }", target=ACCOUNTANT, title=self.word(title)
            )
            roadmap_id = drawn["roadmap"]["id"]
            await her.done("addMilestone", roadmapId=roadmap_id, title=self.word("milestone"))
            if title == "forgotten":
                await her.done("forgetRoadmap", roadmapId=roadmap_id)

    async def _be_parked(self) -> None:
        """Records that nobody can read: as hers, and as somebody's who names her."""
        broken = happened(PersonChange.CHANGED, self.as_person(), version=2)
        session_id = new_id()
        names_her = (
            f'{{"id": "{session_id}", "mentee_id": "{self.person_id}", '
            f'"topic": "{self.word("parked")}"}}'
        ).encode()
        async with producing(self.platform.settings.kafka) as producer:
            own = await producer.send_and_wait(
                PERSON, self.word("parked").encode(), key=broken.key, headers=broken.headers
            )
            other = await producer.send_and_wait(
                SESSION, names_her, key=str(session_id).encode(), headers=[]
            )
            # That key is no aggregate of anybody's: who supersedes the record but we?
            await producer.send_and_wait(SESSION, b"{}", key=str(session_id).encode(), headers=[])
        for record in (own, other):
            await heard(self.platform, record)

    async def _be_kept_waiting(self) -> None:
        """What is hard to bring about: a reaction that waits for ever, and an event that Kafka
        refused for good.
        """
        body = f'{{"mentee_id": "{self.person_id}", "text": "{self.word("waiting")}"}}'.encode()
        await self._ask(
            "notifications",
            """
            insert into cairn.waiting (organisation_id, reaction, subject, version, awaited_topic,
                awaited_subject, topic, partition, "offset", headers, body, due_at)
            values ($1, 'tell_of_pairing', $2, 1, 'matching.programme', $3, 'matching.pairing',
                0, 0, '{}', $4, now() + interval '1 day')
            """,
            self.tenant.id,
            new_id(),
            new_id(),
            body,
        )
        await self._ask(
            "sessions",
            """
            insert into cairn.outbox (organisation_id, lane, topic, key, headers, body, parked)
            values ($1, 0, 'sessions.goal', $2, '{}', $3, 'MessageSizeTooLargeError')
            """,
            self.tenant.id,
            self.goal_id,
            self.word("refused").encode(),
        )

    async def _ask(self, service: str, statement: str, *given: object) -> Any:
        database = await self.platform.database(service)
        try:
            return await database.fetchval(statement, *given)
        finally:
            await database.close()

    def as_person(self, **changes: Any) -> Person:
        """She, as an event says it."""
        return person(
            self.word("given"),
            self.word("family"),
            id=self.person_id,
            organisation_id=self.tenant.id,
            employee_number=self.number,
            **changes,
        )

    async def in_databases(self) -> dict[str, list[str]]:
        """Which canaries are in which tables."""
        pattern = re.compile("|".join(map(re.escape, self.words)))
        found: dict[str, list[str]] = {}
        for service in SERVICES:
            database = await self.platform.database(service)
            try:
                for table, text in (await texts(database)).items():
                    if hits := set(pattern.findall(text)):
                        found[f"{service} {table}"] = sorted(hits)
            finally:
                await database.close()
        return found
