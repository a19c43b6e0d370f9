"""The main job as an organisation does it, from its HR file to two people who have met."""

import csv
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec

from cairn_local.first_run.documents import PROPOSALS
from support.api import Api, nodes
from support.command_line import cairn
from support.letters import invitation_in, letters_to
from support.running import JSON, RunningPlatform
from support.waiting import eventually

NAME = "Halvorsen Maritime"
SEED = 7

Row = dict[str, str]  # of an HR file


@dataclass
class Party:
    """One of the two, as the HR file has them and as the platform knows them."""

    row: Row
    site: Row
    id: str
    api: Api

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.row["time_zone"] or self.site["time_zone"])

    @property
    def name(self) -> str:
        return f"{self.row['given_name']} {self.row['family_name']}"


@dataclass
class Journey:
    """`folder` is for the sample's files. What was done is kept, to be compared with."""

    platform: RunningPlatform
    folder: Path
    organisation_id: UUID = field(default_factory=uuid4)
    goal: JSON = field(default_factory=JSON)  # as it was set
    bookings: list[JSON] = field(default_factory=list[JSON])  # inputs of sessions, as first given
    sessions: list[JSON] = field(default_factory=list[JSON])  # their payloads, the latest of each

    def party(self, side: str) -> Party:
        return self.mentor if side == "mentor" else self.mentee

    def rows(self, name: str, key: str) -> dict[str, Row]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return {row[key]: row for row in csv.DictReader(file)}

    async def api(self, subject: str, *roles: str) -> Api:
        token = await self.platform.token(subject, self.organisation_id, *roles)
        return Api(self.platform, token)

    async def play(self, *, people: int) -> None:
        await self._load(people)
        await self._open_programme()
        await self._match()
        await self._accept()
        await self._set_goal()
        await self._meet()

    async def _load(self, people: int) -> None:
        made = await cairn(
            *(self.platform, "sample", "--people", str(people), "--out", self.folder),
            *("--organisation", NAME, "--seed", str(SEED)),
        )
        assert made.code == 0, made.errors
        self.people = self.rows("people.csv", "employee_number")
        self.sites = self.rows("sites.csv", "code")
        self.plan: JSON = msgspec.json.decode((self.folder / "programme.json").read_bytes())
        self.administrator = await self.api(self.plan["administrator"]["subject"], "administrator")
        self.coordinator = await self.api(self.plan["coordinator"]["subject"])
        await self.administrator.done("setUpOrganisation", name=NAME)
        self.imported = await cairn(
            *(self.platform, "import", self.folder / "people.csv", "--json"),
            *("--sites", self.folder / "sites.csv"),
            token=self.administrator.token,
        )
        assert self.imported.code == 0, self.imported.errors
        head_count = "{ people(first: 1) { totalCount } }"

        async def all_are_there() -> bool:
            counted = (await self.administrator.query(head_count))["people"]["totalCount"]
            return counted == people

        await eventually(all_are_there)

    async def _open_programme(self) -> None:
        plan = self.plan["programme"]
        coordinator_id = (await self.coordinator.query("{ viewer { id } }"))["viewer"]["id"]
        opened = await self.administrator.done(
            "openProgramme",
            "programme { id }",
            name=plan["name"],
            purpose=plan["purpose"],
            startsOn=plan["starts_on"],
            coordinatorIds=[coordinator_id],
            rules={
                "commonLanguage": plan["rules"]["common_language"],
                "maxHoursApart": plan["rules"]["max_hours_apart"],
            },
        )
        self.programme_id: str = opened["programme"]["id"]
        for wish, role in (("offersMentoring", "MENTOR"), ("seeksMentoring", "MENTEE")):
            ids = f"{{ people(first: 100, {wish}: true) {{ edges {{ node {{ id }} }} }} }}"
            people = nodes((await self.coordinator.query(ids))["people"])
            await eventually(lambda people=people, role=role: self._enrol(people, role))

    async def _enrol(self, people: list[JSON], role: str) -> bool:
        """Matching may hear of people a moment later than the read model: then it refuses them."""
        payload = await self.coordinator.done(
            "enrolPeople",
            "refused { row field message }",
            programmeId=self.programme_id,
            enrolments=[{"personId": person["id"], "role": role} for person in people],
        )
        return not payload["refused"]

    async def _match(self) -> None:
        matched = await cairn(
            *(self.platform, "match", "--programme", self.programme_id, "--json"),
            token=self.coordinator.token,
        )
        assert matched.code == 0, matched.errors
        self.run: JSON = matched.json

        async def all_proposals() -> list[JSON] | None:
            answer = await self.administrator.query(PROPOSALS, id=self.programme_id)
            found = nodes(answer["programme"]["pairings"])
            return found if len(found) == self.run["certificate"]["proposed"] else None

        self.proposals = await eventually(all_proposals)

    async def _accept(self) -> None:
        """The best of the pairs whose clocks differ; she first, then he."""
        apart = [each for each in self.proposals if self._zones(each)]
        couple = max(apart, key=lambda each: each["score"])
        self.pairing_id: str = couple["id"]
        self.mentor = await self._party(couple["mentor"])
        self.mentee = await self._party(couple["mentee"])
        shown = "pairing { status }"
        for party, status in ((self.mentee, "PROPOSED"), (self.mentor, "ACTIVE")):
            payload = await party.api.done("acceptPairing", shown, pairingId=self.pairing_id)
            assert payload["pairing"]["status"] == status

    def _zones(self, pairing: JSON) -> bool:
        rows = [self.people[pairing[side]["employeeNumber"]] for side in ("mentor", "mentee")]
        zones = {row["time_zone"] or self.sites[row["site"]]["time_zone"] for row in rows}
        return len(zones) == 2

    async def _party(self, person: JSON) -> Party:
        row = self.people[person["employeeNumber"]]
        api = await self.api(row["subject"])
        return Party(row, self.sites[row["site"]], person["id"], api)

    async def _set_goal(self) -> None:
        self.goal = {
            "title": "Steer a project of my own",
            "description": "From its first sketch to its handing over.",
            "skill": self.mentee.row["skills_sought"].partition(";")[0],
            "dueOn": (datetime.now(UTC) + timedelta(days=120)).date().isoformat(),
        }
        payload = await self.mentee.api.done(
            "setGoal", "goal { id }", pairingId=self.pairing_id, **self.goal
        )
        await self.mentor.api.done("updateGoal", goalId=payload["goal"]["id"], progress=20)

    async def _meet(self) -> None:
        """A session is booked, moved, held and talked about; then the next one is booked."""
        first = await self._book(self.mentee, "Getting to know each other", days=10)
        await eventually(lambda: self._both_are_invited(first, sequence=0))
        begins = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
        moved = await self.mentor.api.done(
            "moveSession", SHOWN, sessionId=first["id"], place="On the bridge", **_from(begins)
        )
        await eventually(lambda: self._both_are_invited(first, sequence=1))
        await eventually(lambda: datetime.now(UTC) > begins)
        held = await self.mentor.api.done(
            "recordSession", SHOWN, sessionId=first["id"], outcome="HELD"
        )
        assert held["session"]["status"] == "HELD"
        self.sessions[0] = moved["session"]  # as the last invitation has it
        for party, comment in ((self.mentee, "Clear advice."), (self.mentor, "Well prepared.")):
            await party.api.done("giveFeedback", sessionId=first["id"], rating=5, comment=comment)
        second = await self._book(self.mentor, "First steps", days=17)
        await eventually(lambda: self._both_are_invited(second, sequence=0))

    async def _book(self, by: Party, topic: str, *, days: int) -> JSON:
        starts = (datetime.now(UTC) + timedelta(days=days)).replace(
            hour=13, minute=15, second=0, microsecond=0
        )
        booking: dict[str, Any] = {"topic": topic, "place": "Quay 4"} | _from(starts)
        payload = await by.api.done("bookSession", SHOWN, pairingId=self.pairing_id, **booking)
        self.bookings.append(booking)
        self.sessions.append(payload["session"])
        return payload["session"]

    def _both_are_invited(self, session: JSON, *, sequence: int) -> bool:
        invitations = [
            (event.uid, event.sequence)
            for party in (self.mentor, self.mentee)
            for letter in letters_to(self.platform, party.row["email"])
            if (calendar := invitation_in(letter))
            for event in calendar.events
        ]
        return invitations.count((session["uid"], sequence)) == 2


SHOWN = "session { id topic startsAt endsAt place status uid sequence }"


def _from(starts: datetime) -> dict[str, str]:
    return {
        "startsAt": starts.isoformat(),
        "endsAt": (starts + timedelta(minutes=45)).isoformat(),
    }
