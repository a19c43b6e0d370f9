"""A mentee looks around, asks, and is answered: from the first look to a pair."""

from typing import Any

import pytest

from support.api import Api, nodes
from support.letters import letters_to
from support.organisation import Organisation, mentee, mentor
from support.running import JSON, RunningPlatform
from support.waiting import eventually

pytestmark = pytest.mark.platform

BROWSE = """
query Browse {
  people(offersMentoring: true, skillOffered: "negotiation") {
    edges { node { id fullName skillsOffered } }
  }
}
"""
ASKED = """
query Asked {
  viewer {
    requests(role: MENTOR, status: ASKED) {
      edges { node { id message score reasons { sentence share } mentee { fullName } } }
    }
    notifications { edges { node { kind title about { ... on MentorRequest { id } } } } }
  }
}
"""
MINE = """
query Mine {
  viewer {
    mentor { fullName }
    requests(role: MENTEE) { edges { node { status answer mentor { fullName } pairing { id } } } }
    notifications { edges { node { kind } } }
  }
}
"""
KEPT = """
query Kept($since: Cursor) {
  changes(since: $since) { cursor changed { __typename ... on MentorRequest { id status } } }
}
"""


class Programme:
    """Two mentors, and a mentee who keeps to herself."""

    def __init__(self, platform: RunningPlatform) -> None:
        self.platform = platform
        self.tenant = Organisation(platform)

    async def open(self) -> None:
        await self.tenant.set_up()
        await self.tenant.take_up(
            mentor("rui", capacity=1), mentor("marta", capacity=1), mentee("ines")
        )
        self.id = await self.tenant.programme("Pathways")
        for number, role in (("rui", "MENTOR"), ("marta", "MENTOR"), ("ines", "MENTEE")):
            api = await self.tenant.api(number)
            await api.done(
                "enrol", programmeId=self.id, personId=self.tenant.ids[number], role=role
            )
        self.mentee, self.rui, self.marta = [
            await self.tenant.api(number) for number in ("ines", "rui", "marta")
        ]
        hers = self.tenant.ids["ines"]
        await self.mentee.done("updateProfile", personId=hers, visibility="PRIVATE")

    async def ask(self, number: str, **given: Any) -> str:
        payload = await self.mentee.done(
            "askMentor",
            "request { id }",
            programmeId=self.id,
            mentorId=self.tenant.ids[number],
            **given,
        )
        return payload["request"]["id"]


@pytest.fixture
async def programme(platform: RunningPlatform) -> Programme:
    made = Programme(platform)
    await made.open()
    return made


async def asked(api: Api) -> JSON | None:
    """The one request that waits for an answer, once the inbox has it too."""
    viewer = (await api.query(ASKED))["viewer"]
    told = [each for each in nodes(viewer["notifications"]) if each["kind"] == "REQUEST_ASKED"]
    waiting = nodes(viewer["requests"])
    return {**waiting[0], "told": told[0]} if waiting and told else None


async def test_from_a_first_look_to_a_pair(programme: Programme) -> None:
    found = {each["id"] for each in nodes((await programme.mentee.query(BROWSE))["people"])}
    assert {programme.tenant.ids["rui"], programme.tenant.ids["marta"]} <= found
    await programme.ask("marta")
    request_id = await programme.ask("rui", message="Would you?")

    request = await eventually(lambda: asked(programme.rui), within=60)
    assert request["id"] == request_id == request["told"]["about"]["id"]
    assert request["mentee"]["fullName"] == "Ines Almeida ines"  # who keeps to herself otherwise
    assert request["message"] == "Would you?"
    assert "Offers 1 of the 1 skills sought: negotiation." in {
        each["sentence"] for each in request["reasons"]
    }
    assert sum(each["share"] for each in request["reasons"]) == pytest.approx(request["score"])
    await eventually(
        lambda: any(
            "Would you?" in str(letter)
            for letter in letters_to(programme.platform, "rui@meridian.example")
        ),
        within=60,
    )

    payload = await programme.rui.done(
        "acceptRequest",
        "request { status } pairing { id status mentor { fullName } }",
        requestId=request_id,
    )

    assert payload["request"]["status"] == "ACCEPTED"
    assert payload["pairing"]["status"] == "ACTIVE"
    viewer = (await programme.mentee.query(MINE))["viewer"]
    assert viewer["mentor"]["fullName"] == "Ines Almeida rui"
    outcome = {each["mentor"]["fullName"]: each for each in nodes(viewer["requests"])}
    assert outcome["Ines Almeida rui"]["pairing"]["id"] == payload["pairing"]["id"]
    assert outcome["Ines Almeida marta"]["status"] == "WITHDRAWN"

    async def told() -> bool:
        viewer = (await programme.mentee.query(MINE))["viewer"]
        return "PAIRING_ACTIVATED" in {each["kind"] for each in nodes(viewer["notifications"])}

    await eventually(told, within=60)


async def test_a_no_is_kind_and_what_apps_keep_knows_of_it(programme: Programme) -> None:
    first = (await programme.mentee.query(KEPT))["changes"]["cursor"]
    request_id = await programme.ask("rui")
    stranger = await programme.marta.query(ASKED)
    assert nodes(stranger["viewer"]["requests"]) == []

    await programme.rui.done("declineRequest", requestId=request_id, answer="Ask Marta.")

    changed = (await programme.mentee.query(KEPT, since=first))["changes"]["changed"]
    assert {"__typename": "MentorRequest", "id": request_id, "status": "DECLINED"} in changed
    [mine] = nodes((await programme.mentee.query(MINE))["viewer"]["requests"])
    assert (mine["status"], mine["answer"]) == ("DECLINED", "Ask Marta.")
    again = await programme.mentee.refused(
        "askMentor", programmeId=programme.id, mentorId=programme.tenant.ids["rui"]
    )
    assert again["code"] == "mentor-not-available"
    assert (await programme.rui.query(ASKED))["viewer"]["requests"]["edges"] == []


APART = """
query Apart {
  viewer { exclusions { edges { node { other { id } } } } }
  people(first: 100) { edges { node { exclusions { totalCount } } } }
}
"""
LIST = """
query List($id: ID!) {
  node(id: $id) { ... on Enrolment { status consentedAt ranked { person { fullName } } } }
}
"""


async def test_what_is_said_in_confidence_is_read_by_nobody_else(programme: Programme) -> None:
    other = programme.tenant.ids["ines"]
    payload = await programme.rui.done(
        "excludePerson", "exclusion { id other { id } }", otherId=other
    )
    administrator = await programme.tenant.administrator()

    mine = await programme.rui.query(APART)
    assert nodes(mine["viewer"]["exclusions"])[0]["other"] == payload["exclusion"]["other"]
    for api in (programme.mentee, programme.marta, administrator):
        seen = await api.query(APART)
        assert {each["exclusions"]["totalCount"] for each in nodes(seen["people"])} == {0}
    refused = await programme.mentee.refused(
        "askMentor", programmeId=programme.id, mentorId=programme.tenant.ids["rui"]
    )
    assert refused["code"] == "mentor-not-available"

    await programme.rui.done("liftExclusion", exclusionId=payload["exclusion"]["id"])
    assert nodes((await programme.rui.query(APART))["viewer"]["exclusions"]) == []


async def test_a_person_pauses_and_says_whom_they_would_like(programme: Programme) -> None:
    enrolments = "query { viewer { enrolments { edges { node { id } } } } }"
    [mine] = nodes((await programme.mentee.query(enrolments))["viewer"]["enrolments"])
    ids = [programme.tenant.ids[number] for number in ("marta", "rui")]
    await programme.mentee.done("rankPeople", enrolmentId=mine["id"], personIds=ids)
    await programme.mentee.done("withdrawConsent", enrolmentId=mine["id"])
    await programme.mentee.done("pauseEnrolment", enrolmentId=mine["id"])

    enrolment = (await programme.mentee.query(LIST, id=mine["id"]))["node"]

    assert (enrolment["status"], enrolment["consentedAt"]) == ("PAUSED", None)
    names = [each["person"]["fullName"] for each in enrolment["ranked"]]
    assert names == ["Ines Almeida marta", "Ines Almeida rui"]
    assert (await programme.rui.query(LIST, id=mine["id"]))["node"] is None


SUGGESTED = """
suggestions { asOf mentors { score mentor { fullName } reasons { sentence } } }
"""


async def test_a_mentee_is_shown_who_suits_her_and_is_free(programme: Programme) -> None:
    enrolments = "query { viewer { enrolments { edges { node { id } } } } }"
    [mine] = nodes((await programme.mentee.query(enrolments))["viewer"]["enrolments"])

    async def shown() -> list[str]:
        document = f"query S($id: ID!) {{ node(id: $id) {{ ... on Enrolment {{ {SUGGESTED} }} }} }}"
        found = (await programme.mentee.query(document, id=mine["id"]))["node"]["suggestions"]
        return [each["mentor"]["fullName"] for each in found["mentors"]]

    payload = await programme.mentee.done("suggestMentors", SUGGESTED, enrolmentId=mine["id"])
    best = payload["suggestions"]["mentors"]
    assert "Offers 1 of the 1 skills sought: negotiation." in {
        each["sentence"] for each in best[0]["reasons"]
    }
    assert sorted(await shown()) == ["Ines Almeida marta", "Ines Almeida rui"]

    await programme.tenant.take_up(mentee("other"))
    await programme.tenant.propose(programme.id, "rui", "other")
    await eventually(lambda: _is(shown, ["Ines Almeida marta"]), within=60)


async def _is(shown: Any, expected: list[str]) -> bool:
    return await shown() == expected
