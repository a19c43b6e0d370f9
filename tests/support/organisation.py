"""An organisation of its own on the running platform, made as its people would make it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from support.api import Api, nodes
from support.running import RunningPlatform

PEOPLE = """
query People { people(first: 100) { edges { node { id employeeNumber } } } }
"""

LISBON = {
    "code": "LIS",
    "name": "Lisbon Headquarters",
    "city": "Lisbon",
    "country": "PT",
    "timeZone": "Europe/Lisbon",
    "languages": ["pt", "en"],
}


@dataclass
class Organisation:
    """`ids` has people's global ids by their employee number, which is their subject too."""

    platform: RunningPlatform
    id: UUID = field(default_factory=uuid4)
    ids: dict[str, str] = field(default_factory=dict[str, str])
    traceparent: str | None = None

    async def api(self, subject: str, *roles: str) -> Api:
        token = await self.platform.token(subject, self.id, *roles)
        return Api(self.platform, token, self.traceparent)

    async def administrator(self) -> Api:
        return await self.api("administrator", "administrator")

    async def set_up(self, name: str = "Meridian", *, site: dict[str, Any] | None = None) -> None:
        """Name it, and open its one site."""
        administrator = await self.administrator()
        await administrator.done("setUpOrganisation", name=name)
        await administrator.done("importSites", "created", sites=[LISBON | (site or {})])

    async def take_up(self, *rows: dict[str, Any]) -> None:
        """Import people; each row needs an employeeNumber, the rest is made up where it lacks."""
        administrator = await self.administrator()
        payload = await administrator.done(
            "importPeople",
            "created refused { row field message }",
            people=[_completed(row) for row in rows],
        )
        assert (payload["created"], payload["refused"]) == (len(rows), []), payload
        people = nodes((await administrator.query(PEOPLE))["people"])
        self.ids |= {person["employeeNumber"]: person["id"] for person in people}

    async def programme(self, name: str = "Pathways", **given: Any) -> str:
        """Open a programme; its id."""
        payload = await (await self.administrator()).done(
            "openProgramme",
            "programme { id }",
            name=name,
            startsOn=datetime.now(UTC).date().isoformat(),
            **given,
        )
        return payload["programme"]["id"]

    async def propose(self, programme_id: str, mentor: str, mentee: str) -> str:
        """Enrol two people and propose them to each other; the pairing's id."""
        administrator = await self.administrator()
        for number, role in ((mentor, "MENTOR"), (mentee, "MENTEE")):
            answer = await administrator.mutate(
                "enrol", programmeId=programme_id, personId=self.ids[number], role=role
            )
            assert answer.get("code") in (None, "already-enrolled"), answer
        payload = await administrator.done(
            "proposePairing",
            "pairing { id }",
            programmeId=programme_id,
            mentorId=self.ids[mentor],
            menteeId=self.ids[mentee],
        )
        return payload["pairing"]["id"]

    async def pair(self, programme_id: str, mentor: str, mentee: str) -> str:
        """Two people who have accepted each other; the pairing's id."""
        pairing_id = await self.propose(programme_id, mentor, mentee)
        for number in (mentee, mentor):
            await (await self.api(number)).done("acceptPairing", pairingId=pairing_id)
        return pairing_id


def mentor(number: str, **fields: Any) -> dict[str, Any]:
    offers = {"offersMentoring": True, "skillsOffered": ["negotiation"], "capacity": 5}
    return {"employeeNumber": number} | offers | fields


def mentee(number: str, **fields: Any) -> dict[str, Any]:
    return {
        "employeeNumber": number,
        "seeksMentoring": True,
        "skillsSought": ["negotiation"],
    } | fields


def slot(**ahead: float) -> dict[str, str]:
    """Half an hour that begins so far ahead, as a session's input has it."""
    starts = datetime.now(UTC) + timedelta(**ahead)
    return {
        "startsAt": starts.isoformat(),
        "endsAt": (starts + timedelta(minutes=30)).isoformat(),
    }


def uuid_of(global_id: str) -> UUID:
    return UUID(global_id.rpartition(":")[2])


def _completed(row: dict[str, Any]) -> dict[str, Any]:
    number = row["employeeNumber"]
    return {
        "subject": number,
        "email": f"{number}@meridian.example",
        "givenName": "Ines",
        "familyName": f"Almeida {number}",
        "jobTitle": "Engineer",
        "site": "LIS",
        "languages": ["pt", "en"],
    } | row
