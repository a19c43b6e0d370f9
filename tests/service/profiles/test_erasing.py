"""Erasing a person, as profiles does it and follows it in the other services."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis.identity import Caller
from contracts import matching, notifications, sessions
from contracts.erasure import ErasureDone
from contracts.profiles import Erasure
from profiles import store
from profiles.watch import Watch
from support.erasing import holding
from support.harness import Answered, Harness, Told, happened
from support.hr import person_fields

pytestmark = pytest.mark.platform

SITE = {
    "code": "LIS",
    "name": "Oriente",
    "city": "Lisboa",
    "country": "PT",
    "time_zone": "Europe/Lisbon",
    "languages": ["pt"],
}
DONE = {
    "matching": matching.ErasureChange.DONE,
    "sessions": sessions.ErasureChange.DONE,
    "notifications": notifications.ErasureChange.DONE,
}


class Office:
    """An administrator of an organisation of its own, whose one person is 1."""

    def __init__(self, profiles: Harness) -> None:
        self.profiles = profiles
        self.id = uuid4()
        self.word = f"canary-{uuid4().hex}"
        self.administrator = Caller(
            subject="admin",
            organisation_id=self.id,
            person_id=uuid4(),
            roles=frozenset({"administrator"}),
        )

    async def do(self, name: str, /, **body: Any) -> Answered:
        return await self.profiles.do(name, self.administrator, **body)

    async def hire(self) -> UUID:
        await self.do("set-up-organisation", name="Lindqvist")
        await self.do("import-sites", sites=[SITE])
        row = person_fields("1", subject=f"{self.word}-1", skills=[self.word], aspiration=self.word)
        assert (await self.do("import-people", people=[row])).body["result"]["created"] == 1
        return UUID((await self.told("person.joined"))[-1].state["id"])

    async def told(self, what: str) -> list[Told]:
        told = await self.profiles.outbox(self.id)
        return [event for event in told if event.type.startswith(f"profiles.{what}")]

    async def erasure(self) -> Erasure:
        async with self.profiles.app.tenant(self.id) as connection:
            [row] = await connection.fetch("select state from erasures")
        return store.erasures.read(row["state"])

    async def hear(self, service: str, erasure: Erasure) -> None:
        done = ErasureDone(
            id=erasure.id,
            organisation_id=self.id,
            person_id=erasure.person_id,
            done_at=datetime.now(UTC),
            erased=2,
        )
        await self.profiles.hear(happened(DONE[service], done))


@pytest.fixture
def office(profiles: Harness) -> Office:
    return Office(profiles)


async def test_a_person_is_gone_at_once_and_the_others_are_asked(
    office: Office, postgres: str
) -> None:
    person_id = await office.hire()
    own = Caller(subject=f"{office.word}-1", organisation_id=office.id, person_id=person_id)
    await office.profiles.do("update-profile", own, person_id=str(person_id), skills=["SQL"])

    answered = await office.do("erase-person", person_id=str(person_id))

    erasure = await office.erasure()
    assert answered.body["result"] == {"erasure_id": str(erasure.id)}
    assert (erasure.person_id, erasure.person_version) == (person_id, 3)
    assert erasure.requested_by == office.administrator.person_id
    assert erasure.promised_by - erasure.requested_at == timedelta(minutes=15)
    assert [step.service for step in erasure.steps if step.done_at] == ["profiles"]
    assert {step.service for step in erasure.steps} == {"profiles", *DONE}
    last = (await office.told("person"))[-1]
    assert (last.type, last.version, last.state) == ("profiles.person.erased", 3, {})
    assert [event.type for event in await office.told("erasure")] == ["profiles.erasure.requested"]
    # What was said before goes out first, and then from the outbox.
    assert await holding(postgres, "profiles", office.word) == ["cairn.outbox"]


async def test_a_person_is_erased_once_and_known_no_more(office: Office) -> None:
    person_id = str(await office.hire())
    first = await office.do("erase-person", person_id=person_id)

    again = await office.do("erase-person", person_id=person_id)
    nobody = await office.do("erase-person", person_id=str(uuid4()))
    late = await office.do("update-profile", person_id=person_id, skills=["SQL"])
    row = person_fields("1", subject="again")
    result = (await office.do("import-people", people=[row])).body["result"]

    assert (again.body["written"], again.body["result"]) == ([], first.body["result"])
    assert (nobody.code, late.code) == ("not-found", "not-found")
    assert result["created"] == 1
    assert (await office.told("person.joined"))[-1].state["id"] != person_id


async def test_only_administrators_may(office: Office) -> None:
    person_id = await office.hire()
    own = Caller(subject="1", organisation_id=office.id, person_id=person_id)

    answered = await office.profiles.do("erase-person", own, person_id=str(person_id))

    assert answered.code == "not-allowed"
    assert await office.told("erasure") == []


@pytest.mark.parametrize("order", list(permutations(DONE)), ids="-".join)
async def test_it_is_complete_once_all_are_done_in_whatever_order(
    office: Office, order: tuple[str, ...]
) -> None:
    await office.do("erase-person", person_id=str(await office.hire()))
    for service in order:
        assert (await office.erasure()).completed_at is None
        await office.hear(service, await office.erasure())
        await office.hear(service, await office.erasure())  # a repeat

    erasure = await office.erasure()
    assert erasure.completed_at is not None
    assert erasure.log_clear_by == erasure.completed_at + timedelta(hours=49)
    assert [step.erased for step in erasure.steps] == [1, 2, 2, 2]
    assert [event.type.rpartition(".")[2] for event in await office.told("erasure")] == [
        "requested",
        "progressed",
        "progressed",
        "completed",
    ]


async def test_what_is_overdue_is_told_without_a_word_of_anybody(office: Office) -> None:
    await office.do("erase-person", person_id=str(await office.hire()))
    await office.hear("matching", await office.erasure())
    erasure = await office.erasure()
    watch, late = Watch(), erasure.promised_by + timedelta(seconds=1)
    with capture_logs() as told:
        watch.look([erasure], now=erasure.requested_at + timedelta(seconds=5))
        assert [figure(name) for name in ("open", "overdue", "oldest_seconds")] == [1, 0, 5]
        assert told == []
        watch.look([erasure], now=late)
        watch.look([erasure], now=late)
        assert [figure(name) for name in ("open", "overdue", "oldest_seconds")] == [1, 1, 901]
        [line] = told
        assert (line["erasure"], line["waits_for"]) == (str(erasure.id), "sessions notifications")
        assert str(erasure.person_id) not in str(line)

        done = replace(erasure.steps[2], done_at=late)
        watch.look([replace(erasure, steps=[*erasure.steps[:2], done, erasure.steps[3]])], now=late)
        assert [line["waits_for"] for line in told[1:]] == ["notifications"]
        watch.look([], now=late)
    assert [figure(name) for name in ("open", "overdue", "oldest_seconds")] == [0, 0, 0]


async def test_the_open_ones_of_every_organisation_are_seen(office: Office) -> None:
    await office.do("erase-person", person_id=str(await office.hire()))
    async with office.profiles.pipe.connection() as connection:
        found = await store.open_erasures(connection)
        assert office.id in {erasure.organisation_id for erasure in found}
    for service in DONE:
        await office.hear(service, await office.erasure())
    async with office.profiles.pipe.connection() as connection:
        found = await store.open_erasures(connection)
        assert office.id not in {erasure.organisation_id for erasure in found}


def figure(name: str) -> float | None:
    return REGISTRY.get_sample_value(f"cairn_erasures_{name}")
