"""The main job on the running system, from an organisation's HR file to two people who have met."""

from collections import Counter

import pytest

from contracts.catalogue import TOPICS
from contracts.matching import PAIRING
from contracts.sessions import SESSION
from support.api import nodes
from support.journey import Journey
from support.ledger import read_log
from support.organisation import uuid_of
from support.running import JSON, RunningPlatform

pytestmark = pytest.mark.platform


async def test_the_file_is_loaded_as_it_is(journey: Journey) -> None:
    assert journey.imported.json["people"]["created"] == len(journey.people)
    assert journey.imported.json["sites"]["created"] == len(journey.sites) == 6
    query = """query Page($after: Cursor) { people(first: 100, after: $after) {
      edges { node { employeeNumber email jobTitle site { code } manager { employeeNumber } } }
      pageInfo { hasNextPage endCursor } } }"""
    found: list[JSON] = []
    after = None
    while True:
        page = (await journey.administrator.query(query, after=after))["people"]
        found += nodes(page)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    loaded = {
        person["employeeNumber"]: (
            person["email"],
            person["jobTitle"],
            person["site"]["code"],
            (person["manager"] or {"employeeNumber": ""})["employeeNumber"],
        )
        for person in found
    }
    assert loaded == {
        number: (row["email"], row["job_title"], row["site"], row["manager"])
        for number, row in journey.people.items()
    }


async def test_proposals_honour_the_rules(journey: Journey) -> None:
    certificate = journey.run["certificate"]
    assert certificate["proposed"] == len(journey.proposals) > 0
    assert certificate["proposed"] + certificate["unmatched"] == certificate["mentees"]
    taken: Counter[str] = Counter()
    for pairing in journey.proposals:
        mentor, mentee = (
            journey.people[pairing[side]["employeeNumber"]] for side in ("mentor", "mentee")
        )
        assert mentor["offers_mentoring"] == mentee["seeks_mentoring"] == "yes"
        assert mentor["employee_number"] not in (mentee["employee_number"], mentee["manager"])
        assert mentee["employee_number"] != mentor["manager"]
        assert set(mentor["languages"].split(";")) & set(mentee["languages"].split(";"))
        taken[mentor["employee_number"]] += 1
    assert all(count <= int(journey.people[number]["capacity"]) for number, count in taken.items())
    assert max(Counter(each["mentee"]["id"] for each in journey.proposals).values()) == 1


async def test_a_pairing_says_why(journey: Journey, side: str) -> None:
    query = """query Why($id: ID!) { node(id: $id) { ... on Pairing {
      status score reasons { criterion sentence share } mentor { fullName } mentee { fullName }
    } } }"""
    who = journey.party(side)
    pairing = (await who.api.query(query, id=journey.pairing_id))["node"]
    assert pairing["status"] == "ACTIVE"
    assert pairing["reasons"]
    assert sum(reason["share"] for reason in pairing["reasons"]) == pytest.approx(
        pairing["score"], abs=0.01
    )
    assert pairing["mentor"]["fullName"] == journey.mentor.name
    assert pairing["mentee"]["fullName"] == journey.mentee.name


async def test_the_log_has_each_step_once_and_in_order(
    platform: RunningPlatform, journey: Journey
) -> None:
    steps = {
        (PAIRING, journey.pairing_id): ["proposed", "accepted", "activated"],
        (SESSION, journey.sessions[0]["id"]): ["scheduled", "moved", "held"],
        (SESSION, journey.sessions[1]["id"]): ["scheduled"],
    }
    for (topic, id_), words in steps.items():
        log = await read_log(platform.settings.kafka, TOPICS[topic])
        headers = [
            {name: value.decode() for name, value in record.headers}
            for record in log
            if record.key == str(uuid_of(id_)).encode()
        ]
        assert [each["ce_type"] for each in headers] == [f"{topic}.{word}" for word in words]
        assert [each["ce_version"] for each in headers] == [
            str(version) for version in range(1, len(words) + 1)
        ]
        assert {each["ce_organisation"] for each in headers} == {str(journey.organisation_id)}
