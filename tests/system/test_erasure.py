"""A person who is to be forgotten is: in every database, and in the bytes of the log on disk.

What was mailed is in mailboxes, out of the platform's reach; the mail sink is left out.
"""

from collections.abc import AsyncGenerator

import pytest

from contracts.profiles import PERSON, PersonChange
from support.api import nodes
from support.compacting import beat, hurry, in_log
from support.farewell import PARTNER, SERVICES, Farewell
from support.harness import happened
from support.ledger import producing
from support.organisation import Organisation
from support.running import RunningPlatform, running_platform
from support.subscribers import heard
from support.waiting import eventually

pytestmark = pytest.mark.platform

ERASURES = """
query Erasures {
  erasures(first: 2) {
    edges {
      node {
        personId requestedAt promisedBy dueBy overdue completedAt logClearBy
        steps { service doneAt erased redacted }
      }
    }
  }
}
"""
PAIRINGS = """
query Pairings {
  viewer {
    pairings(first: 9) {
      edges {
        node {
          status reasons { sentence } closingReason mentee { fullName }
          sessions(first: 9) {
            edges { node { topic place status closingReason feedback(first: 9) {
              edges { node { rating comment } } } } }
          }
        }
      }
    }
    notifications(first: 50) { edges { node { title body kind } } }
  }
}
"""


@pytest.fixture(scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningPlatform]:
    """One of its own, whose log lets go at once: others want theirs whole."""
    async with running_platform(tmp_path_factory.mktemp("platform")) as platform:
        await hurry(platform.settings.kafka)
        yield platform


@pytest.fixture(scope="module")
async def farewell(platform: RunningPlatform) -> Farewell:
    farewell = Farewell(platform, Organisation(platform))
    await farewell.live()
    return farewell


async def test_no_word_of_or_about_who_was_erased_is_left_anywhere(
    platform: RunningPlatform, farewell: Farewell
) -> None:
    before = await farewell.in_databases()
    where = {name.partition(" ")[0] for name in before}
    assert where == set(SERVICES), before  # or nothing would be shown below
    assert in_log(platform, farewell.words)
    person_id, token = farewell.person_id, await farewell.api()
    administrator = await farewell.tenant.administrator()
    asked = {"personId": farewell.tenant.ids[farewell.number]}

    payload = await administrator.done("erasePerson", "erasure { id }", **asked)
    for program in ("sessions", "notifications"):
        platform.kill(program)  # in the midst of it, or before; it is done all the same

    async def completed() -> bool:
        [erasure] = nodes((await administrator.query(ERASURES))["erasures"])
        return erasure["completedAt"] is not None

    await eventually(completed, within=60)
    [receipt] = nodes((await administrator.query(ERASURES))["erasures"])
    assert receipt["personId"] == str(person_id)
    assert (
        receipt["requestedAt"] < receipt["completedAt"] < receipt["promisedBy"] < receipt["dueBy"]
    )
    assert not receipt["overdue"]
    assert {step["service"] for step in receipt["steps"]} == set(SERVICES) - {"gateway"}
    assert all(step["doneAt"] and step["erased"] for step in receipt["steps"]), receipt
    again = await administrator.done("erasePerson", "erasure { id }", **asked)
    assert again["erasure"] == payload["erasure"]

    # What comes late brings nothing back: her commands, and an event that a paused relay publishes.
    refused = await token.refused("setGoal", title=farewell.word("late"))
    assert refused["code"] == "not-allowed"
    stale = happened(PersonChange.CHANGED, farewell.as_person(), version=2)
    async with producing(platform.settings.kafka) as producer:
        await heard(
            platform,
            await producer.send_and_wait(PERSON, stale.value, key=stale.key, headers=stale.headers),
        )

    async def forgotten() -> bool:
        return not await farewell.in_databases()

    await eventually(forgotten, every=0.5)

    async def let_go() -> bool:
        left = in_log(platform, farewell.words)
        await beat(platform.settings.kafka, left)
        return not left

    await eventually(let_go, within=90, every=1)


async def test_the_partner_keeps_what_is_theirs(
    platform: RunningPlatform, farewell: Farewell
) -> None:
    partner = await farewell.tenant.api(PARTNER)
    viewer = (await partner.query(PAIRINGS))["viewer"]
    pairings = nodes(viewer["pairings"])
    assert sorted(each["status"] for each in pairings) == ["DECLINED", "ENDED"]
    assert [each["reasons"] for each in pairings] == [[], []]
    assert [each["mentee"] for each in pairings] == [None, None]
    sessions = [each for pairing in pairings for each in nodes(pairing["sessions"])]
    assert sorted(each["status"] for each in sessions) == ["CANCELLED", "CANCELLED", "HELD"]
    assert {(each["topic"], each["place"]) for each in sessions} == {("Erased", "")}
    feedback = [each for session in sessions for each in nodes(session["feedback"])]
    assert feedback == [{"rating": 5, "comment": ""}]
    told = nodes(viewer["notifications"])
    assert "Your mentoring has ended: the other has left" in {each["title"] for each in told}


async def test_a_row_with_the_same_number_is_somebody_new(farewell: Farewell) -> None:
    before = farewell.person_id
    row = {"employeeNumber": farewell.number, "subject": "again", "email": "again@example.org"}
    await farewell.tenant.take_up(row)

    assert farewell.person_id != before
    api = await farewell.tenant.api("again")
    viewer = (await api.query("{ viewer { aspiration goals { totalCount } } }"))["viewer"]
    assert viewer == {"aspiration": "", "goals": {"totalCount": 0}}
